//args: -I .
#define D include
#define N <D/plain.h>
#include N
end
