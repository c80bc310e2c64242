int (__attribute__((x)) *f)(int);
int g(int (__attribute__((y)) *p)(void));
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
