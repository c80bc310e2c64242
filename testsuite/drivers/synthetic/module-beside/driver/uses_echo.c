#include <linux/module.h>

#include "echo.h"

static int __init uses_echo_init(void)
{
	return echo_of(3) == 3 ? 0 : -EINVAL;
}

static void __exit uses_echo_exit(void)
{
}

module_init(uses_echo_init);
module_exit(uses_echo_exit);
MODULE_LICENSE("GPL");
