#define H "include/plain.h"
#include H
#define D include
#define N <D/plain.h>
#define X(x) #x
#define S(x) X(x)
#include S(D/plain.h)
//x
end
