#include "include/almost_guarded.h"
#include "include/almost_guarded.h"
end
