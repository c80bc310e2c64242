int a = 1, b[] = { 1, 2, (3, 4) }, c = ({ int x; x; });
struct { int d; } e = { .d = 5 };
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(b);
__GENKSYMS_EXPORT_SYMBOL(c);
__GENKSYMS_EXPORT_SYMBOL(e);
