#args: -p -r reference
#reference: override s#s struct s { long a ; }
#reference: override s#same struct same { int a ; }
struct s { int a; };
struct same { int a; };
extern int f(struct s *p, struct same *q);
__GENKSYMS_EXPORT_SYMBOL(f);
