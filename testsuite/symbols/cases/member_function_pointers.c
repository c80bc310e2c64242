typedef _Bool bool;
struct s { int (*a)(bool, struct s *); void (*(*b)(int))(bool c); int (*d[4])(void); };
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
