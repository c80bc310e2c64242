# 1 "t.c"
# 1 "t.h" 1
struct s { int a; };
typedef int word;
# 2 "t.c" 2
extern int f(struct s *p, word w);
__GENKSYMS_EXPORT_SYMBOL(f);
#reference
override s#s struct s { long a ; }
t#word typedef long word
E#A 3
f extern int f ( s#s * , t#word )
