// SPDX-License-Identifier: GPL-2.0
int second(void);
int second(void)
{
	return undeclared;
}
