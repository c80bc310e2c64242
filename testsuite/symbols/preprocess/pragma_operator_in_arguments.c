#define F(x) {x}
#define P _Pragma("GCC diagnostic push")
#define S(x) #x
#define X(x) S(x)
F(a P b) F(_Pragma("GCC diagnostic pop")) X(P c) S(_Pragma("x"))
F(1
 P
 2) e
