int f(char *restrict a, char *__restrict b, const char *__restrict__ c);
__GENKSYMS_EXPORT_SYMBOL(f);
