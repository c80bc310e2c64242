#if __has_attribute(noreturn) && __has_attribute(__packed__) && !__has_attribute(no_such)
1
#endif
#if __has_attribute(fallthrough) > 1
2
#endif
#ifndef __has_attribute
3
#endif
