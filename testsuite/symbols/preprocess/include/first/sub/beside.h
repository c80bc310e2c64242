beside
#include "beside_too.h"
#include "../both.h"
