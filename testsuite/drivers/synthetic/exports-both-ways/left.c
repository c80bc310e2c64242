// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

int left_value(void);
int right_value(void);
int left_value(void)
{
	return 1;
}
EXPORT_SYMBOL(left_value);

static int __init left_init(void)
{
	return right_value();
}

static void __exit left_exit(void)
{
}

module_init(left_init);
module_exit(left_exit);
MODULE_IMPORT_NS(BOTH_WAYS);
MODULE_LICENSE("GPL");
