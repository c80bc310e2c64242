#args: -p -r reference
#reference: s#s struct s { long a ; }
struct s { int a; };
extern int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
