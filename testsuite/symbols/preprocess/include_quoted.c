#include "include/plain.h"
#include "include/plain.h"
main
