int f;
__GENKSYMS_EXPORT_SYMBOL(f);
struct s { int a;
