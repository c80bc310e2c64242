#args: -T /dev/fd/2
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
