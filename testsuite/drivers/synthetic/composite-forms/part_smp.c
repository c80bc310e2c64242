// SPDX-License-Identifier: GPL-2.0
int part_smp(void);
int part_smp(void)
{
	return 0;
}
