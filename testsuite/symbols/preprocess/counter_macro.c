#define C __COUNTER__
#define P(a, b) a ## b
#define X(a, b) P(a, b)
#define T(x) x x
__COUNTER__ C T(C) T(__COUNTER__) X(a, __COUNTER__)
#if __COUNTER__ == 5
five
#endif
__COUNTER__
