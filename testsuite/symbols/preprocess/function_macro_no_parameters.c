#define F() f
F() F( ) F(/* c */) F
