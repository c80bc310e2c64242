#include "helper.h"

#include <linux/kernel.h>

int helper_work(int value)
{
	return value * HELPER_FACTOR + VARIANT;
}
