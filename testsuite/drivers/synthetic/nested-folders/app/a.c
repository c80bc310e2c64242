// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

int nest_value(void);
int shared_value(void);

static int __init it_init(void)
{
	return nest_value() + shared_value();
}

static void __exit it_exit(void)
{
}

module_init(it_init);
module_exit(it_exit);
MODULE_LICENSE("GPL");
