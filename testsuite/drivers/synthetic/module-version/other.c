// SPDX-License-Identifier: GPL-2.0
/* A comment, which srcversion leaves out. */
int other(void);
int other(void)
{
	return 0;
}
