struct s { struct { int a; }; union { int b; char c; } u; };
int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
