// SPDX-License-Identifier: GPL-2.0
/* Exports a symbol of each kind. */
#include "provider.h"

int vt_plain(int value)
{
	return value + 1;
}
EXPORT_SYMBOL(vt_plain);

int vt_gplok(int value)
{
	return value + 2;
}
EXPORT_SYMBOL_GPL(vt_gplok);

int vt_space(int value)
{
	return value + 3;
}
EXPORT_SYMBOL_NS(vt_space, VT_NAMESPACE);

MODULE_DESCRIPTION("exports symbols");
MODULE_LICENSE("GPL");
