#define P(a, b) a ## b
P(x, y) P(x, 1) P(1, x) P(_, _) P(L, "s") P(L, 'c') P(x y, z w)
