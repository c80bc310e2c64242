/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROVIDER_H
#define PROVIDER_H
#include <linux/module.h>
#include <linux/version.h>

int vt_plain(int value);
int vt_gplok(int value);
int vt_space(int value);

/* Namespaces are string literals since Linux 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define VT_NAMESPACE "VT_SPACE"
#else
#define VT_NAMESPACE VT_SPACE
#endif

#endif
