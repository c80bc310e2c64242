#define P(a, b) a ## b
#define X(a, b) P(a, b)
#define A 1
#define B 2
P(A, B) X(A, B) P(A, B) A
