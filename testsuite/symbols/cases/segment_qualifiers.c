extern int __seg_gs a;
int *__seg_fs b;
const __seg_gs int *f(void __seg_gs *p);
__GENKSYMS_EXPORT_SYMBOL(a);
__GENKSYMS_EXPORT_SYMBOL(b);
__GENKSYMS_EXPORT_SYMBOL(f);
