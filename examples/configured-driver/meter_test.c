// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static int __init meter_test_init(void)
{
	pr_info("meter_test: loaded\n");
	return 0;
}
module_init(meter_test_init);

static void __exit meter_test_exit(void)
{
}
module_exit(meter_test_exit);

MODULE_DESCRIPTION("Tests the meter");
MODULE_LICENSE("GPL");
