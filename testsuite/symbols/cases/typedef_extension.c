__extension__ typedef long long s64;
s64 f(s64 a);
__GENKSYMS_EXPORT_SYMBOL(f);
