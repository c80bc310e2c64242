#define S(x) #x
#define T(x) S(x)
#define U(x) T(T(T(T(T(T(T(T(x))))))))
U(U(U(U("\""))))
