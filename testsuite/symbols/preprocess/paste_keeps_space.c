#define S(x) #x
#define X(x) S(x)
#define P(a, b) z a ## b
#define Q(a,b)z a##b
X(P(1,2)) X(Q(1,2)) X(P( 1 , 2 )+) X(Q(,)+)
