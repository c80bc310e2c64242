enum e { A, B = 2, };
enum e f;
__GENKSYMS_EXPORT_SYMBOL(f);
