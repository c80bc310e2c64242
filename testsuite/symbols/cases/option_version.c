#args: -V
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
