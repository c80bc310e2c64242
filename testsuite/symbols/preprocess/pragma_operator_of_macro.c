#define S1(s) #s
#define S(s) S1(s)
#define D(s) _Pragma(S(GCC diagnostic s))
#define I ignored "-Wall"
#define F(x) {x}
D(push) a D(I) F(D(pop)) F(b D(pop) c)
