/* SPDX-License-Identifier: GPL-2.0 */
#if !defined(FROM_USER_AS) || !defined(FROM_USER_CPP)
#error flags are missing
#endif
	.section .rodata
	.globl flagged_number
	.balign 4
flagged_number:
	.long BASE + MORE
	.section .note.GNU-stack, "", @progbits
