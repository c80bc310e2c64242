#define F(x) x F
#define G F
F(1)(2)(3) 4 G(5) (6) G G (7)
