struct own { int a; };
int f(struct own *p);
__GENKSYMS_EXPORT_SYMBOL(f);
