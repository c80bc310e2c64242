#define F(f, ...) p(f, ## __VA_ARGS__)
#define G(f, a...) p(f , ##a)
#define H(a...) p(0, ##a)
#define E
F(1) F(1,) F(1, 2) F(1, E) F(1, 2, 3) G(1) G(1,) G(1, x, y) H() H(1) H(E) H(,)
