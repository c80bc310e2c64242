int f(int (void), int (g)(int), int h(char));
__GENKSYMS_EXPORT_SYMBOL(f);
