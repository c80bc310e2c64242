int f(int a, char *b[3], int (*c)(int d), int (*)(void));
__GENKSYMS_EXPORT_SYMBOL(f);
