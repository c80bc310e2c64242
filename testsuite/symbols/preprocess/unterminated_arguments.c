//left: arguments of a macro
#define F(x) x
F(1
