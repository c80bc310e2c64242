#define A B C(1)
#define B x
#define C(y) y z
A A
#define z 2
A A
#undef B
A A
#define B A y
A A
#undef C
A (3)
#define x P ## Q
#define PQ done
#define E D D
#define D x
E E
#pragma push_macro("PQ")
#undef PQ
#define PQ F
E E
#define F A
E E
#pragma pop_macro("PQ")
E E
#undef E
#define E y F
E E
