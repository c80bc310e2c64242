int f __attribute__((x("é"))) = 1;
__GENKSYMS_EXPORT_SYMBOL(f);
int é;
int g;
__GENKSYMS_EXPORT_SYMBOL(g);
