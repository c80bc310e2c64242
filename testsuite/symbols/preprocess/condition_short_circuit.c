#if 0 && 1 / 0
1
#elif 1 || 1 % 0
2
#endif
#if 1 ? 1 : 1 / 0
3
#endif
