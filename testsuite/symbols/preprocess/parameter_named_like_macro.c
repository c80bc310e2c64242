#define x 1
#define F(x) x x
#define G(y) x y
F(2) G(3) F(x)
