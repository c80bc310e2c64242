#define F(...) [__VA_ARGS__]
#define G(a, ...) a:__VA_ARGS__;#__VA_ARGS__
F() F(1) F(1, 2) F((1, 2), 3) G(1,) G(1, 2,3) G(1,  2 , 3 )
