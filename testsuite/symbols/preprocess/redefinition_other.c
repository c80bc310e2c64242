//left: a second, other definition
#define A 1
#define A 2
int A;
