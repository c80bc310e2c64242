#include "include/no_newline.h"
end
