enum { A = 5, B };
enum { C, D };
int f[B], g[D];
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
