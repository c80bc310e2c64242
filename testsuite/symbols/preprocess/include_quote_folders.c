//args: -iquote include/first -Iinclude/second
#include "both.h"
#include <both.h>
