// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

static int __init @IDENTIFIER@_init(void)
{
	pr_info("@NAME@: loaded\n");
	return 0;
}

static void __exit @IDENTIFIER@_exit(void)
{
	pr_info("@NAME@: unloaded\n");
}

module_init(@IDENTIFIER@_init);
module_exit(@IDENTIFIER@_exit);

MODULE_DESCRIPTION("@NAME@");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
