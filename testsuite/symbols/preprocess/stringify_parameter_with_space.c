#define S(x) #  x
#define T(x) a# x b
S(1) T(2)T( 3 )
