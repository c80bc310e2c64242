#define F(a, b) [b a]
F(1, 2) F( x y ,(3, 4)) F(,) F((,),{)
