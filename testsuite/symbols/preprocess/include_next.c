//args: -I include/first -I include/second
#include <chained.h>
