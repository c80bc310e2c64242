#define OPEN F(1,
#define F(a, b) a-b
OPEN 2) OPEN (OPEN 3)) )
