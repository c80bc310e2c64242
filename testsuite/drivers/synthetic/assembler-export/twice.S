/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/linkage.h>
#include <asm/export.h>

SYM_FUNC_START(twice)
	leal	(%rdi,%rdi), %eax
	ret
SYM_FUNC_END(twice)
EXPORT_SYMBOL(twice)

	.section .note.GNU-stack, "", @progbits
