#if __has_include("include/plain.h") && !__has_include("include/missing.h")
1
#endif
#if defined __has_include && __has_include ( <not/there.h> )
2
#else
3
#endif
#ifdef __has_include
4
#endif
