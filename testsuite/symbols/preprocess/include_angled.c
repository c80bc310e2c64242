//args: -I include/first -I include/second
#include <only_second.h>
#include <both.h>
#include <sub/deep.h>
