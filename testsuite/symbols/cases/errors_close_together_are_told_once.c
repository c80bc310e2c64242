int @ a; @ b; int c; int d e; x y z;
int f;
__GENKSYMS_EXPORT_SYMBOL(f);
