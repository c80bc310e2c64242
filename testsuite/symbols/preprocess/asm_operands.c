#define R "=r"
asm volatile("nop" ::: "memory"); asm("x" :R(a)::"cc");
