// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

#include <above.h>
#ifdef ONLY_HERE
#error
#endif

static int __init it_init(void)
{
	return ABOVE - FROM_ABOVE - FROM_BELOW;
}

static void __exit it_exit(void)
{
}

module_init(it_init);
module_exit(it_exit);
MODULE_LICENSE("GPL");
