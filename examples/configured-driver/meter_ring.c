// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

int meter_slots(void);

static int readings[CONFIG_METER_SLOTS];

int meter_slots(void)
{
	return ARRAY_SIZE(readings);
}
