//args: -Wundef
#if defined(UNKNOWN) && UNKNOWN > 2
#endif
#define E
int a;
