#define P(x) _Pragma(#x)
#define D(x) P(GCC diagnostic x) x
int a; _Pragma("GCC diagnostic push") b
D(push) c D(pop)
_Pragma("GCC diagnostic ignored \"-Wall\"")
d
