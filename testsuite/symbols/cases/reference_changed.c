#args: -r reference
#reference: s#s struct s { long a ; }
#reference: t#word typedef long word
#reference: f extern int f ( s#s * , t#word )
typedef int word;
struct s { int a; };
extern int f(struct s *p, word x);
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(f);
