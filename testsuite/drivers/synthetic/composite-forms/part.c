// SPDX-License-Identifier: GPL-2.0
#ifdef WITH_OBJS
int part(void);
int part(void)
{
	return 0;
}
#endif
