// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "thermostat.h"

int scale_to_step(int millidegrees)
{
	return DIV_ROUND_CLOSEST(millidegrees * SCALE_STEPS, 100000);
}
