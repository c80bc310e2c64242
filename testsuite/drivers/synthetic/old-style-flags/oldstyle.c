// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

#include "old.h"
#ifndef OLD_STYLE
#error
#endif

static int __init it_init(void)
{
	pr_info("%s\n", RELEASE);
	return OLD - 1;
}

static void __exit it_exit(void)
{
}

module_init(it_init);
module_exit(it_exit);
MODULE_LICENSE("GPL");
