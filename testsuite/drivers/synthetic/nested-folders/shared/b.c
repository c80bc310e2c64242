// SPDX-License-Identifier: GPL-2.0
int shared_value(void);
int shared_value(void)
{
	return 1;
}
