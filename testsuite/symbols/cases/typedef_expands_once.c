typedef unsigned int u32;
u32 f(u32 a, u32 b);
__GENKSYMS_EXPORT_SYMBOL(f);
