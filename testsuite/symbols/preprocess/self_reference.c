#define f(x) f(x + f)
#define A B A
#define B A B
f(f(1)) A B f (A)
