enum { LONG = 3 + 4 };
int f[LONG][LONG];
__GENKSYMS_EXPORT_SYMBOL(f);
