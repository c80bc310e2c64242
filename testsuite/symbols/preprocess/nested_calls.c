#define F(x) f x
#define G(x) g F(x) F
F(F(F(1))) G(F(2))(3) F(G)(4)
