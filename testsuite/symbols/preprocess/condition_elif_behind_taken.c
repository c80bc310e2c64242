#if 1
a
#elif 1 / 0
b
#elif
c
#else
d
#endif
