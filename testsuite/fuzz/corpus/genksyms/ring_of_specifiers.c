int a, (*b)(char c), d(void), e;
__GENKSYMS_EXPORT_SYMBOL(b);
__GENKSYMS_EXPORT_SYMBOL(e);
