typedef int fn(int, void *), *pfn;
fn *f; pfn g;
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
