#define F(args...) [args]#args
#define G(a, b...) a;b
F() F(1, 2) G(1, 2, 3) G(1,)
