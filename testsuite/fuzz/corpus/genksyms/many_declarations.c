# 1 "h.h"
typedef unsigned int u32; typedef int (*fn)(u32, const char *restrict);
struct bar; union bar2 { u32 a:3, b:5; int :2; char c[4][A]; };
enum { A, B = (1 << 3), C } ; enum en { X = 'a', Y, };
typedef struct { struct foo *p; struct bar q[2]; fn f, *g; int (*h[3])(int (*)(void), u32 foo, struct foo { int z; } *, ...); } foo_t;
extern foo_t foo(u32 u32, foo_t *x, int y[5], int (z)(u32), const u32 *const volatile w);
# 1 "t.c"
typeof(u32) bar, *baz = { 1, 2, { 3 } }, qux[3] __attribute__((aligned(4))), zip __attribute__((weak)) = 4;
__extension__ typedef long long ll; static inline __attribute__((always_inline)) ll f(void) { return 1; }
__GENKSYMS_EXPORT_SYMBOL(bar);
foo_t foo(u32 u32, foo_t *x, int y[5], int (z)(u32), const u32 *const volatile w) { { } "}" '}' }
__GENKSYMS_EXPORT_SYMBOL(foo);
__GENKSYMS_EXPORT_SYMBOL(f); __GENKSYMS_EXPORT_SYMBOL(baz); __GENKSYMS_EXPORT_SYMBOL(qux); __GENKSYMS_EXPORT_SYMBOL(zip);
asm(".globl x"); int as asm("y") = 5; char c; char (*d)(int), e; char **g;
__GENKSYMS_EXPORT_SYMBOL(as); __GENKSYMS_EXPORT_SYMBOL(d); __GENKSYMS_EXPORT_SYMBOL(e); __GENKSYMS_EXPORT_SYMBOL(g);
