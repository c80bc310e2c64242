#define F(a, b) a b __LINE__
#define L __LINE__
F(L,
 L
 __LINE__)
F(F(1,
__LINE__),
L) L
