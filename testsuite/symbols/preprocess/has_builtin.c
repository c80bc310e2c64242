#ifdef __has_builtin
#if __has_builtin(__builtin_expect) && !__has_builtin(__builtin_nothing)
1
#endif
#endif
end
