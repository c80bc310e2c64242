#define P(a, b) a ## b
#define E
P(,) P(x,) P(,x) P(E,) P(,E) P(E, E) [P(,)]
