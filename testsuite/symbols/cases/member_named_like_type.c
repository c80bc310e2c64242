typedef int word;
struct s { int word; word word2; int *word, x[2]; };
struct s f(void);
__GENKSYMS_EXPORT_SYMBOL(f);
