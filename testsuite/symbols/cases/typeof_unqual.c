const int x;
__typeof_unqual__(x) a;
typeof_unqual(int const) b;
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(b);
