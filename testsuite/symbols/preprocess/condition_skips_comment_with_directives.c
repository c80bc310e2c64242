#if 0
/*
#else
*/
// #else \
#else
#else
yes
#endif
x
