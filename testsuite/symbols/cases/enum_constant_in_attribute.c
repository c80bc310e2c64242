enum { SIZE = 16 };
int f __attribute__((aligned(SIZE))) = 0;
__GENKSYMS_EXPORT_SYMBOL(f);
