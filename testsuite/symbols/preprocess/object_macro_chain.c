#define A B
#define B C
#define C 3
A B C
#undef B
A
