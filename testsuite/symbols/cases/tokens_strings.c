int f __attribute__((section("a\"b" L"c" ))) = 1;
int g __attribute__((x('"', L'\'', '\\'))) = 1;
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
