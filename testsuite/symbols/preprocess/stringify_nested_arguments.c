#define S(x) #x
#define X(x) S(x)
#define P(a, b) a b
#define Q(a,b)a b
X(P(1,2)) X(P(,2)) X(P(1,)) X(P(,)) X(Q(P(1, 2),3)) X([P(,)]) X(x P(,)y) X(Q((,),+)+Q(+,))
