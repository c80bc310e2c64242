//warns: missing terminating
#if 0
don't "mind /* this
'x' " # else
#unknown stuff
#error no
#include <not/there.h>
#define (
\ @ ` é
#else
yes
#endif
