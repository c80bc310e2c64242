#define F __FILE__
__FILE__ F __BASE_FILE__
#include "include/names.h"
