// SPDX-License-Identifier: GPL-2.0
/* Does without a symbol that nobody exports. */
#include <linux/module.h>

extern int vt_nobody_has_this(int value) __weak;

static int __init weak_init(void)
{
	pr_info("weak: %d\n", vt_nobody_has_this ? vt_nobody_has_this(1) : 0);
	return 0;
}

static void __exit weak_exit(void)
{
}

module_init(weak_init);
module_exit(weak_exit);
MODULE_DESCRIPTION("refers to a symbol weakly");
MODULE_LICENSE("GPL");
