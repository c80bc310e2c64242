extern int a(void);
static inline int b(void) { return 0; }
register int c;
auto int d;
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(b);
__GENKSYMS_EXPORT_SYMBOL(c);
__GENKSYMS_EXPORT_SYMBOL(d);
