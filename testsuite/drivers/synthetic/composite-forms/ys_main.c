// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

int part_smp(void);

static int __init ys_init(void)
{
	return part_smp();
}

static void __exit ys_exit(void)
{
}

module_init(ys_init);
module_exit(ys_exit);
MODULE_LICENSE("GPL");
