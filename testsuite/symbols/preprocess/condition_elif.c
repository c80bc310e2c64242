#define V 2
#if V == 1
1
#elif V == 2
2
#elif V == 2
3
#else
4
#endif
#if 0
#elif 0
5
#else
6
#endif
