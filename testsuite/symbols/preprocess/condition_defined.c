#define A
#define D defined(A)
#if defined A && defined(A) && !defined B && defined ( A )
1
#endif
#if D
2
#endif
#if defined(A) + defined A == 2
3
#endif
