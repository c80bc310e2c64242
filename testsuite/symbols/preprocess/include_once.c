#include "include/once.h"
#include "include/once.h"
#include "include/first/../once.h"
end
