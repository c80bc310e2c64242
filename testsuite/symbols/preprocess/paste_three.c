#define P(a, b, c) a ## b ## c
#define Q(a) x ## a ## y
P(1, 2, 3) P(a,,b) Q(1) Q() Q(Q)
