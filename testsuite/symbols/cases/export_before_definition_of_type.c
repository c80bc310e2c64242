# 1 "t.c"
# 1 "t.h" 1
struct s;
int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
struct s { int a; };
int g(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(g);
