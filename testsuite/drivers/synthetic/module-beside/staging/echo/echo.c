#include <linux/module.h>

#include "echo.h"

int echo_of(int value)
{
	return value;
}
EXPORT_SYMBOL_GPL(echo_of);

MODULE_LICENSE("GPL");
