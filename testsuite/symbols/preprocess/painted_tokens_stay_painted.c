#define f(a) a*g
#define g(a) f(a)
f(2)(9) g(1)(2)(3)
#define x x+y
#define y x
#define id(a) a
id(id(x)) id(y x) id(f)(1)
