// SPDX-License-Identifier: GPL-2.0
int other(void);
int other(void)
{
	return 0;
}
