// SPDX-License-Identifier: GPL-2.0
/* Uses one symbol of provider that every module may use. */
#include "provider.h"

static int __init closed_init(void)
{
	pr_info("closed: %d\n", vt_plain(1));
	return 0;
}

static void __exit closed_exit(void)
{
}

module_init(closed_init);
module_exit(closed_exit);
MODULE_DESCRIPTION("uses a symbol that needs no licence");
MODULE_LICENSE("GPL");
