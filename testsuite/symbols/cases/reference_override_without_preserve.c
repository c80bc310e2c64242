#args: -r reference
#reference: override s#s struct s { long a ; }
struct s { int a; };
extern int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
