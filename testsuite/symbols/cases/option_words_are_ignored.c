#args: --warnings word --dump other
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
