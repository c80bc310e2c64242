#define P(a, b) a ## b
#define AB ok P(A, B)
#define F(x) <x>
P(A, B) P(F,)(1) P(P, )(A, B)
