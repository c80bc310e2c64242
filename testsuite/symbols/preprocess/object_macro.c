#define A 1 + 2
int a = A;
