#define S(x) #x
S("a\n\"b\"") S('"') S('\'') S(L"x\\") S(\n) S(@ ` \x)
