#include <linux/module.h>

#include "shared.h"

int alpha_answer(int question)
{
#ifdef CONFIG_KBX_PROOF
	question += 1000;
#endif
	return question + SHARED_STEP + ALPHA_LEVEL + MOOD;
}
EXPORT_SYMBOL_GPL(alpha_answer);

MODULE_DESCRIPTION("exports what beta uses");
MODULE_LICENSE("GPL");
