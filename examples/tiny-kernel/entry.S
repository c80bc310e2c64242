/* From the boot sector, in 32 bits, to kernel_main() in 64. The first gigabyte is where it is. */
	.section .text.entry, "ax"
	.code32
	.globl start
start:
	movl	$stack_top, %esp
	movl	$directory_pointers + 3, top_level
	movl	$directory + 3, directory_pointers
	movl	$directory, %edi
	movl	$0x83, %eax		/* present, writable, 2 MiB */
	movl	$512, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	movl	%cr4, %eax
	orl	$0x20, %eax		/* physical address extension */
	movl	%eax, %cr4
	movl	$top_level, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx	/* EFER: long mode */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax	/* paging */
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $long_mode

	.code64
long_mode:
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%ebx, %edi
	call	kernel_main
1:	hlt
	jmp	1b

	.section .rodata
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9a000000ffff	/* code, 64 bits */
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

	.bss
	.balign	4096
top_level:
	.skip	4096
directory_pointers:
	.skip	4096
directory:
	.skip	4096
	.skip	8192
stack_top:
