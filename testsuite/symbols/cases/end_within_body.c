int f;
__GENKSYMS_EXPORT_SYMBOL(f);
int g(void) { if (1) {
