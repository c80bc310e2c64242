// SPDX-License-Identifier: GPL-2.0
#include "thermostat.h"

int sensor_read(void)
{
	return 21500;
}
