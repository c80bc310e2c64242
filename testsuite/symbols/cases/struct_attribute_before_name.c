struct __attribute__((packed)) s { int a; };
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
