// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/module.h>

#include "counter.h"

static atomic_t counter = ATOMIC_INIT(0);

int counter_next(void)
{
	return atomic_inc_return(&counter);
}
EXPORT_SYMBOL_GPL(counter_next);

MODULE_DESCRIPTION("Exports a counter");
MODULE_LICENSE("GPL");
