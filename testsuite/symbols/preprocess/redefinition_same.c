#define A a  b
#define A a b
#define F(x) x +x
#define F(x) x  +x /* c */
A F(1)
