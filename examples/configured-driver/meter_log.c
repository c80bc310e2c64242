// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/printk.h>

void meter_log(int reading);

void meter_log(int reading)
{
	if (IS_ENABLED(CONFIG_METER_TRACE))
		pr_info("meter: %d\n", reading);
}
