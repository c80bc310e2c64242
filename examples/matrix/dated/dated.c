// SPDX-License-Identifier: GPL-2.0
/* A class without devices, in the words of kernels before 6.4. */
#include <linux/device/class.h>
#include <linux/err.h>
#include <linux/module.h>

static struct class *dated_class;

static int __init dated_init(void)
{
	dated_class = class_create(THIS_MODULE, "dated");
	return PTR_ERR_OR_ZERO(dated_class);
}

static void __exit dated_exit(void)
{
	class_destroy(dated_class);
}

module_init(dated_init);
module_exit(dated_exit);
MODULE_DESCRIPTION("Written for kernels before 6.4");
MODULE_LICENSE("GPL");
