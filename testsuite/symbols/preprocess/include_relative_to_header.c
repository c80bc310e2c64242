#include "include/first/sub/beside.h"
