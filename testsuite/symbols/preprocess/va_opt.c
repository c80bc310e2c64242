#define F(a, ...) f(a __VA_OPT__(,) __VA_ARGS__)
#define E
F(1) F(1,) F(1, 2) F(1, E) F(1, E E) F(1, ,) F()
