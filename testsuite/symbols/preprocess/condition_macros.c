#define F(x) (x) + 1
#define A F
#define L 20
#if F(1) == 2 && A(L) == 21 && F (0) == 1
1
#endif
#define FN(x) 1
#if FN + 0
2
#else
3
#endif
