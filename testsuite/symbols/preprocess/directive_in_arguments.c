#define F(a, b) a b
F(1,
#define X 2
X
#undef X
#ifdef X
no
#else
yes X
#endif
) end
