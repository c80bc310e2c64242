// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

#include "thermostat.h"

static int __init thermostat_init(void)
{
	pr_info("step %d\n", scale_to_step(sensor_read()));
	return report_start();
}

static void __exit thermostat_exit(void)
{
	report_stop();
}

module_init(thermostat_init);
module_exit(thermostat_exit);
MODULE_DESCRIPTION("A module of several objects, some of them in a folder below");
MODULE_VERSION("0.3");
MODULE_LICENSE("GPL");
