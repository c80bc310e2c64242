# 1 "t.c"
int f(void) {
# 100 "h.h" 1
 return 0;
# 7 "t.c" 2
}
int x y;
__GENKSYMS_EXPORT_SYMBOL(f);
