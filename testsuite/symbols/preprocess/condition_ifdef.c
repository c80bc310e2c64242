#define A
#ifdef A
1
#else
2
#endif
#ifndef A
3
#else
4
#endif
#ifdef B
5
#endif
end
