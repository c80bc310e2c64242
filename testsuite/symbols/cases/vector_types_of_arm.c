int8x16_t a;
uint32x4_t f(float32x4_t x, int8x3_t y);
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(f);
