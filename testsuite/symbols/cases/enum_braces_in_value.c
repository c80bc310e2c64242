enum e { A = sizeof((int[]){1, 2}), B };
enum e f;
__GENKSYMS_EXPORT_SYMBOL(f);
