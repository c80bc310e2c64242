#args: -w -d -r reference
#reference: s#s struct s { UNKNOWN }
#reference: s#t struct t { int x ; }
extern int f(struct s *p, struct t *q);
__GENKSYMS_EXPORT_SYMBOL(f);
