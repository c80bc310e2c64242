int f(int a, ...);
int g(...);
int h(int ...);
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
__GENKSYMS_EXPORT_SYMBOL(h);
