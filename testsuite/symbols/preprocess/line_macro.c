#define L __LINE__
#define P(a, b) a ## b
#define X(a, b) P(a, b)
__LINE__ L

X(v, __LINE__) L __LINE__ \
__LINE__
#if __LINE__ == 9
nine
#endif
