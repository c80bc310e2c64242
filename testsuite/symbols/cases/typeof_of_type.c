typedef int word;
typeof(word) a;
typeof(struct s *) b;
__typeof__(int[3]) c, d;
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(b);
__GENKSYMS_EXPORT_SYMBOL(c);
__GENKSYMS_EXPORT_SYMBOL(d);
