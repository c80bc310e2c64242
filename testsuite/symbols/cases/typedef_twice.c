typedef unsigned int u32;
typedef unsigned int u32;
u32 f;
__GENKSYMS_EXPORT_SYMBOL(f);
