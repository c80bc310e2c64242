enum e { A, B, C = 7, D, E = 1 << 3 | A, F, G };
int f(enum e x);
int g[G];
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
