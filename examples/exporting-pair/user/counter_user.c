// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

#include "counter.h"

static int __init counter_user_init(void)
{
	pr_info("the counter is at %d\n", counter_next());
	return 0;
}

static void __exit counter_user_exit(void)
{
}

module_init(counter_user_init);
module_exit(counter_user_exit);
MODULE_DESCRIPTION("Uses the counter of counter_provider");
MODULE_LICENSE("GPL");
