//args: -Wundef
//left: -Wundef
#if UNKNOWN
#endif
int a;
