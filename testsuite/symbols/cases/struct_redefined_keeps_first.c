struct s { int a; };
struct s { long b; };
int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
