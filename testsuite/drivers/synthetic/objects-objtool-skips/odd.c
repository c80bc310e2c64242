// SPDX-License-Identifier: GPL-2.0
int odd(void);
int odd(void)
{
	return 0;
}
