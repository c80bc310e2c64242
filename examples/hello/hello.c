// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/module.h>

static char *whom = "world";
module_param(whom, charp, 0444);
MODULE_PARM_DESC(whom, "who is greeted");

static int __init hello_init(void)
{
	pr_info("hello, %s\n", whom);
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("goodbye, %s\n", whom);
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_DESCRIPTION("Greets on load and unload");
MODULE_VERSION("1.0");
MODULE_LICENSE("GPL");
