enum { A, B };
struct s { int A, c; };
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
