#args: -R
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
