// SPDX-License-Identifier: GPL-2.0
int extra_value(void);
int extra_value(void)
{
	return 0;
}
