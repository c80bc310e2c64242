typedef int word;
int f(int word, char *word);
__GENKSYMS_EXPORT_SYMBOL(f);
