// SPDX-License-Identifier: GPL-2.0
#if !defined(LOUD) || !defined(KEPT)
#error "removed here too"
#endif
int plain(void);
int plain(void)
{
	return 0;
}
