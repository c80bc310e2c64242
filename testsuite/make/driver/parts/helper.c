#include "../alpha.h"

int helper_work(int value)
{
	return value * 2;
}
