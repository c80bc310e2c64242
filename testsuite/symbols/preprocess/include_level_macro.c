__INCLUDE_LEVEL__
#include "include/first/level.h"
__INCLUDE_LEVEL__
