#args: -T link
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
