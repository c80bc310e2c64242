#if 0
#if 1
no
#elif garbage (
#endif
no
#else
#if 1
yes
#if 0
no
#endif
#endif
#endif
