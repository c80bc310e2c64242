struct s { int __attribute__((aligned(4))) a; int *__attribute__((x)) b; int c __attribute__((y)), d; };
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
