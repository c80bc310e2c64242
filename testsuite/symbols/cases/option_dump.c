#args: -D -w
struct s { struct s *next; };
struct s *f(struct t *x);
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
