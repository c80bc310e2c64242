#args: -w -r reference
#reference: s#s struct s { int a ; }
#reference: f extern int f ( s#s * )
struct s { int a; };
extern int f(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(f);
