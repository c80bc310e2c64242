# The one input of every case: sections of odd sizes, and symbols to speak of.
	.section .text,"ax",@progbits
	.balign 16
	.globl _start, in_text
_start:	.zero 4
in_text: .zero 0xf
	.section .data,"aw",@progbits
	.balign 8
	.globl in_data
	.quad wanted
in_data: .zero 0x14
	.section .bss,"aw",@nobits
	.balign 32
	.globl in_bss
in_bss:	.zero 0x40
	.globl absolute_symbol
absolute_symbol = 0x1234
	.weak wanted
	.comm common_symbol, 8, 8
