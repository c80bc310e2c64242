#define F(a) a
#define N(x) x
F(1
#if N(1) + N(\
1) == 2
  two
#elif 1
  no
#endif
# 
  3) end
