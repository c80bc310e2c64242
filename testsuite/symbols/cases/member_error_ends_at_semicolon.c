struct s { int a; int b c d; int e; };
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
