// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#include "meter.h"

static int __init meter_init(void)
{
	pr_info("meter: %d slots, %d PCI devices\n", meter_slots(), meter_pci_devices());
	meter_log(1);
	return 0;
}
module_init(meter_init);

static void __exit meter_exit(void)
{
}
module_exit(meter_exit);

MODULE_DESCRIPTION("A driver with options");
MODULE_LICENSE("GPL");
