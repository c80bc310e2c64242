// SPDX-License-Identifier: GPL-2.0
/* Uses symbols that every module may use. */
#include <linux/module.h>

static int level = 1;
module_param(level, int, 0444);

static int __init plain_init(void)
{
	pr_info("plain: level %d\n", level);
	return 0;
}

static void __exit plain_exit(void)
{
	pr_info("plain: gone\n");
}

module_init(plain_init);
module_exit(plain_exit);
MODULE_DESCRIPTION("a module like any other");
MODULE_LICENSE("GPL");
