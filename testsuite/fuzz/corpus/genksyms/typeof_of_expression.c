int x;
typeof(x) a;
typeof(&x) b;
typeof((x) + 1) c;
typeof(((struct s *)0)->m) d;
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(b);
__GENKSYMS_EXPORT_SYMBOL(c);
__GENKSYMS_EXPORT_SYMBOL(d);
