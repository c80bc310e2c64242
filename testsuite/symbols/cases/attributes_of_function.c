int f(void) __attribute__((cold));
__attribute__((noinline)) int g(void) { return 0; }
int __attribute__((x)) h(int a __attribute__((unused)));
int i(void) __attribute__((y)) { return 0; }
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
__GENKSYMS_EXPORT_SYMBOL(h);
__GENKSYMS_EXPORT_SYMBOL(i);
