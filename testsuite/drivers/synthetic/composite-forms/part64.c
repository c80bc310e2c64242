// SPDX-License-Identifier: GPL-2.0
int part64(void);
int part64(void)
{
	return 0;
}
