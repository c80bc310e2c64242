// SPDX-License-Identifier: GPL-2.0
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

static const struct {
	int number, square;
} table[] = {
#include "squares-table.h"
};

static int __init squares_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		pr_info("%d * %d = %d\n", table[i].number, table[i].number, table[i].square);
	return 0;
}

static void __exit squares_exit(void)
{
}

module_init(squares_init);
module_exit(squares_exit);
MODULE_DESCRIPTION("Prints a table that a script makes while the module is built");
MODULE_LICENSE("GPL");
