int f(void) asm("g");
int h asm("i") = 3;
asm(".globl x");
__asm__(".globl y");
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(h);
