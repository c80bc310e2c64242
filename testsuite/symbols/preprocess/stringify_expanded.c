#define S(x...) #x
#define X(x...) S(x)
#define E
#define A a  b
#define F(x) <x>
#define G(x)x x
X(A A) X( A+A ) X(E A E) X(a E b) X(aE E b) X(F(1)F( 2 )) X(G(1)G( E )) X(E E) X(F (A)-F) X(-A) X(- A) X(F
(1)) X(A,A , A)
