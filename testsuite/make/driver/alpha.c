#include <linux/module.h>

#include "alpha.h"

int alpha_answer(int question)
{
	return question + 1;
}
EXPORT_SYMBOL_GPL(alpha_answer);

MODULE_DESCRIPTION("exports what beta uses");
MODULE_LICENSE("GPL");
