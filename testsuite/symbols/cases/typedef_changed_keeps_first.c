typedef unsigned int u32;
typedef long *u32;
u32 f;
__GENKSYMS_EXPORT_SYMBOL(f);
