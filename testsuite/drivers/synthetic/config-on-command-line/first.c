// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

static int __init first_init(void)
{
	return 0;
}

static void __exit first_exit(void)
{
}

module_init(first_init);
module_exit(first_exit);
MODULE_LICENSE("GPL");
