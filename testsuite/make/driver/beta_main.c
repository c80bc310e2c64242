#include <linux/module.h>

#include "alpha.h"

static int __init beta_start(void)
{
	return alpha_answer(helper_work(1));
}
module_init(beta_start);

MODULE_DESCRIPTION("uses alpha's export");
MODULE_LICENSE("GPL");
