#define F(f, a...) p(f, ## a)
#define X 1, 2
#define E
F(a, X) F(a, E X) F(a, F(b, X)) F(a, F(b))
