//left: __LINE__ in arguments
#define F(a) a
#define G F
G(1
__LINE__)
