struct s { int a b } ;
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
