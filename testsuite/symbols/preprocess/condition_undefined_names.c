#if UNKNOWN == 0 && !OTHER && int == 0
1
#endif
