# 0 "driver.c"
# 0 "<built-in>"
# 1 "driver.c"
int a;
# 1 "include/linux/broken.h" 1
struct s {
 int x;
 int @ y;
};

int b c;
# 3 "driver.c" 2
int f(struct s *s)
{
}
int d e;
__GENKSYMS_EXPORT_SYMBOL(f);
# 90 "arch/asm.h" 1 3
int g h;
