second
#if __has_include_next(<chained.h>)
more
#endif
