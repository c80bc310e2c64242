//args: -isystem include/second -I include/first -idirafter include
#include <both.h>
#include <only_second.h>
#include <plain.h>
