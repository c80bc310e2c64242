int f(int a);
int f(long a) { return 0; }
__GENKSYMS_EXPORT_SYMBOL(f);
