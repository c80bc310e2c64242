# 1 "s.h"
struct list { struct list *next, *prev; };
# 1 "s.c"
# 1 "s.h" 1
struct pair { struct list a, b; };
int f(struct pair *p, struct list *l);
__GENKSYMS_EXPORT_SYMBOL(f);
