#if -1 > 0u
1
#endif
#if -1 > 0
2
#endif
#if 0xffffffffffffffff == -1 && 0xffffffffffffffff > 0
3
#endif
#if (0 ? 1u : -1) > 0
4
#endif
#if -1 >> 63 == -1 && 0u - 1 >> 63 == 1
5
#endif
#if (2 || 0u) - 3 < 0
6
#endif
#if 18446744073709551615u / 2 == 9223372036854775807
7
#endif
