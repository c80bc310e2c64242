#if __INCLUDE_LEVEL__ < 20
#include "self.h"
#endif
level __INCLUDE_LEVEL__
