int a __attribute__((aligned(4))) = 1;
int b __attribute__((aligned(4)));
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(b);
