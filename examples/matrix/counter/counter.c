// SPDX-License-Identifier: GPL-2.0
/* Counts how often it is read: /sys/class/counter. Builds for every kernel since 5.10. */
#include <linux/atomic.h>
#include <linux/device/class.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sysfs.h>
#include <linux/version.h>

static atomic_t reads = ATOMIC_INIT(0);
static struct class *counter_class;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define new_class(name) class_create(name)
#define CONST_SINCE_6_4 const
#else
#define new_class(name) class_create(THIS_MODULE, name)
#define CONST_SINCE_6_4
#endif

static ssize_t reads_show(CONST_SINCE_6_4 struct class *class, CONST_SINCE_6_4 struct class_attribute *attribute,
			  char *text)
{
	pr_debug("read once more\n");
	return sysfs_emit(text, "%d\n", atomic_inc_return(&reads));
}
static CLASS_ATTR_RO(reads);

static int __init counter_init(void)
{
	int error;

	counter_class = new_class("counter");
	if (IS_ERR(counter_class))
		return PTR_ERR(counter_class);
	error = class_create_file(counter_class, &class_attr_reads);
	if (error)
		class_destroy(counter_class);
	return error;
}

static void __exit counter_exit(void)
{
	class_remove_file(counter_class, &class_attr_reads);
	class_destroy(counter_class);
}

module_init(counter_init);
module_exit(counter_exit);
MODULE_DESCRIPTION("Counts how often it is read");
MODULE_LICENSE("GPL");
