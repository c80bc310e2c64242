enum e { A, = 3, B };
enum f { , };
enum g { };
int x;
__GENKSYMS_EXPORT_SYMBOL(x);
