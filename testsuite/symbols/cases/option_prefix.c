#args: -s _
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
