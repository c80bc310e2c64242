#define A(x) < __LINE__ x >
#define V(x, ...) [x, __VA_ARGS__]
#define U(x, ...) V(x, ##__VA_ARGS__)
#define T(x, ...) V(x, __VA_ARGS__)
#define I(x...) x
#define UU(x, ...) U(x, ##__VA_ARGS__)
#define TU(x, ...) U(x, __VA_ARGS__)
#define C(a, b) a ## b
#define L __LINE__
V(1,
 U(2,
  __LINE__,
   A(1)), L)
I(V(1,
 U(2,
  __LINE__,
   A(1)), L))
I(I(1
 U(2,
  __LINE__,
   A(1))
   TU(A(2),
    A(3),
    __LINE__)
    UU(A(2),
    A(3),
    __LINE__)) __LINE__ L
  U(3, I(A(1)),
  L,
  I(A(2))))
TU(A(2),
    A(3),
    __LINE__)
I(1
C(
,
A)(
1) C(__LI,
NE__)
C(C,
)(__LI,
NE__) C(,__LINE__))
UU(I(A(1)
 A(2)),
 I(A(1)
 A(2)) V(1,
 L,
 U(1,
 L)))
V(1,
 T(U(1,
 L),
 U(2,
 L)),
 TU(T(1,
 L),
 UU(2,
 L)))
