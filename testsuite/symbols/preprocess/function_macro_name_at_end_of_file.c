#define F(x) x
int F
