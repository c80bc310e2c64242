#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(__ignored, val, ...) val
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)
#define CONFIG_A 1
#define CONFIG_C 2
#if __is_defined(CONFIG_A) && !__is_defined(CONFIG_B) && !__is_defined(CONFIG_C)
yes
#endif
__is_defined(CONFIG_A) __is_defined(CONFIG_B)
