// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

int left_value(void);
int right_value(void);
int right_value(void)
{
	return 2;
}
EXPORT_SYMBOL_NS_GPL(right_value, BOTH_WAYS);
MODULE_IMPORT_NS(BOTH_WAYS);

static int __init right_init(void)
{
	return left_value();
}

static void __exit right_exit(void)
{
}

module_init(right_init);
module_exit(right_exit);
MODULE_LICENSE("GPL");
