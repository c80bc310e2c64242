#define F(x, ...) __VA_OPT__(x (x) [) end
#define G(...) a __VA_OPT__() b
#define H(...) __VA_OPT__(__VA_ARGS__ __VA_ARGS__)
F(1) F(1, 2) G() G(1) H() H(1, 2) H(H(3))
