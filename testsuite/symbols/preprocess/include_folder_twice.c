//args: -I include/first -I include/second -I include/first/ -isystem include/second
#include <chained.h>
