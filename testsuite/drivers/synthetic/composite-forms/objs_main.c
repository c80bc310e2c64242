// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

int part(void);

static int __init objs_init(void)
{
	return part();
}

static void __exit objs_exit(void)
{
}

module_init(objs_init);
module_exit(objs_exit);
MODULE_LICENSE("GPL");
