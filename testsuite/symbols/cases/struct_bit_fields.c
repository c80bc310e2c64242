typedef unsigned int u32;
struct s { u32 a : 3, b : 4 + 1, : 2; u32 : 0; int c; };
int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
