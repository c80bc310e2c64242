//left: not found
#include "include/missing.h"
int a;
