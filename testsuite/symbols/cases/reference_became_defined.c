#args: -r reference
#reference: s#s struct s { UNKNOWN }
struct s { int a; };
extern int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
