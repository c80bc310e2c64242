int f[sizeof(")];
int g;
__GENKSYMS_EXPORT_SYMBOL(g);
