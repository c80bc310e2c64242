#if __INCLUDE_LEVEL__ < 190
#include "self.h"
#include "self.h"
#endif
