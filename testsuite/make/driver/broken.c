#include <linux/module.h>

int broken = ;
