// SPDX-License-Identifier: GPL-2.0
int two(void);
int two(void)
{
	return 0;
}
