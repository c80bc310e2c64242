typedef int word;
enum { A = 3 };
__GENKSYMS_EXPORT_SYMBOL(A);
__GENKSYMS_EXPORT_SYMBOL(word);
