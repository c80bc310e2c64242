int (*(*f)(int a))(char b);
int (*g[3])(void);
int (*h(int x))(long y) { return 0; }
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
__GENKSYMS_EXPORT_SYMBOL(h);
