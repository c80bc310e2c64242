#define A 1
A
#undef A
A
#undef A
#define A 2
A
