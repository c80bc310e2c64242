typedef int ti __attribute__((mode(TI)));
typedef __attribute__((aligned(8))) int ai;
ti f; ai g;
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
