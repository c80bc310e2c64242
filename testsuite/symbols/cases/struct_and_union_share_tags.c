struct both { int a; };
int f(union both *p);
__GENKSYMS_EXPORT_SYMBOL(f);
