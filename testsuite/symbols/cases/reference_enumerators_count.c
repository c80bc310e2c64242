#args: -w -d -r reference
#reference: E#Z 7
enum e { A, B };
enum e f[B];
__GENKSYMS_EXPORT_SYMBOL(f);
