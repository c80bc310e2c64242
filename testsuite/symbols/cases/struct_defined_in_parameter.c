int f(struct in { int a; } *p, struct in *q);
__GENKSYMS_EXPORT_SYMBOL(f);
