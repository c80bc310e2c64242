//args: -fmacro-prefix-map=include/=mapped/ -ffile-prefix-map=file=FILE -fmacro-prefix-map=include/n=N
__FILE__ __BASE_FILE__
#include "include/names.h"
#include "include/first/level.h"
