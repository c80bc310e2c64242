#define A
int A a A;A
