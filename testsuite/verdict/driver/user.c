// SPDX-License-Identifier: GPL-2.0
/* Uses what provider exports, and a symbol of the kernel that is GPL-only. */
#include <linux/kobject.h>
#include "provider.h"

static struct kobject *object;

static int __init user_init(void)
{
	object = kobject_create_and_add("verdict_user", kernel_kobj);
	if (!object)
		return -ENOMEM;
	pr_info("user: %d\n", vt_plain(1) + vt_gplok(1) + vt_space(1));
	return 0;
}

static void __exit user_exit(void)
{
	kobject_put(object);
}

module_init(user_init);
module_exit(user_exit);
MODULE_DESCRIPTION("uses symbols of another module");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(VT_NAMESPACE);
