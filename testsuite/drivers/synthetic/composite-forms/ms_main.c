// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

int part64(void);

static int __init ms_init(void)
{
	return part64();
}

static void __exit ms_exit(void)
{
}

module_init(ms_init);
module_exit(ms_exit);
MODULE_LICENSE("GPL");
