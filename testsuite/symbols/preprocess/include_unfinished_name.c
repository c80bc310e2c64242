#define F(x) <x>
#include "include/macro_name_last.h"
(1) end
