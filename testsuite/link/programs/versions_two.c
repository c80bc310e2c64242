// The library as it became: programs linked before get the first version still.
#include <dlfcn.h>
__asm__(".symver rate_old, rate@RATE_1");
__asm__(".symver rate_new, rate@@RATE_2");
int rate_old(void) { return 1; }
int rate_new(void) { return 2; }
int kept(void) { return rate_new() + 20; }
int not_told(void) { return 5; }
