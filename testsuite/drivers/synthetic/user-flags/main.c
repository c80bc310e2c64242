// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

#if !defined(FROM_USER) || !defined(FROM_USER_CPP)
#error flags are missing
#endif

extern const int flagged_number;

static int __init it_init(void)
{
	return flagged_number == EXPECTED ? 0 : -EINVAL;
}

static void __exit it_exit(void)
{
}

module_init(it_init);
module_exit(it_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION(FROM_USER);
