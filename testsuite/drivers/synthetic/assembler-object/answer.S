/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/linkage.h>
#ifndef TREE_WIDE
#error "asflags-y did not arrive"
#endif

SYM_FUNC_START(answer)
	movl	$ANSWER, %eax
	ret
SYM_FUNC_END(answer)

	.section .note.GNU-stack, "", @progbits
