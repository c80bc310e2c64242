#include "include/guarded.h"
#include "include/guarded.h"
#undef GUARDED_H
#include "include/guarded.h"
