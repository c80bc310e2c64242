#include <linux/module.h>

#include "parts/helper.h"
#include "shared.h"

static int __init beta_start(void)
{
	pr_info("beta: %d\n", alpha_answer(helper_work(SHARED_STEP)));
	return 0;
}

static void __exit beta_stop(void)
{
}

module_init(beta_start);
module_exit(beta_stop);
MODULE_DESCRIPTION("made of several objects");
MODULE_LICENSE("GPL");
