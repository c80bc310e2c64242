struct other;
int f(struct other *p, union some *u, enum any e);
__GENKSYMS_EXPORT_SYMBOL(f);
