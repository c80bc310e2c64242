_Static_assert(sizeof(int) == 4, "int; or }");
int a;
__GENKSYMS_EXPORT_SYMBOL(a);
