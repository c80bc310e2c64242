struct s { int a; } __attribute__((packed)) __attribute__((aligned(8)));
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
