#args: -r missing.symref
int h;
__GENKSYMS_EXPORT_SYMBOL(h);
