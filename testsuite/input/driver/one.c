#include <linux/module.h>

static int __init one_start(void)
{
	pr_info("one: %d\n", LEVEL);
	return 0;
}

static void __exit one_stop(void)
{
}

module_init(one_start);
module_exit(one_stop);
MODULE_DESCRIPTION("builds when left alone");
MODULE_LICENSE("GPL");
