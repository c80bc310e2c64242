int f(void) junk { return 0; }
int g;
__GENKSYMS_EXPORT_SYMBOL(g);
