__INCLUDE_LEVEL__ __FILE__
#include "../level.h"
