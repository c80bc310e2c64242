#args: -T missing/h.symtypes
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
