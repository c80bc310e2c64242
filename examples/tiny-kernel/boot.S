/*
 * The boot sector. Reads the files of the kernel and the module, puts what they hold where it is
 * linked for, and starts the kernel with the module's entry, or 0, in %ebx.
 */
#include "layout.h"

	.text
	.code16
	.globl start
start:
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$BOOT_ADDRESS, %sp
	movw	$packet, %si		/* the BIOS left the drive in %dl */
	movb	$0x42, %ah
	int	$0x13
	jc	stuck
	inb	$0x92, %al		/* address line 20 */
	orb	$2, %al
	andb	$0xfe, %al
	outb	%al, $0x92
	cli
	lgdt	gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmp	$8, $protected
stuck:
	hlt
	jmp	stuck

	.code32
protected:
	movw	$16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	$BOOT_ADDRESS, %esp
	movl	$MODULE_FILE, %ebp
	call	load
	pushl	%eax
	movl	$KERNEL_FILE, %ebp
	call	load
	popl	%ebx
	testl	%eax, %eax
	jz	nothing
	jmp	*%eax
nothing:
	hlt
	jmp	nothing

/* The segments of the ELF file at %ebp; gives its entry in %eax, 0 if it is no ELF file. */
load:
	xorl	%eax, %eax
	cmpl	$0x464c457f, (%ebp)
	jne	3f
	movl	32(%ebp), %edx		/* e_phoff */
	addl	%ebp, %edx
	movzwl	56(%ebp), %ebx		/* e_phnum */
1:	cmpl	$1, (%edx)		/* PT_LOAD */
	jne	2f
	movl	8(%edx), %esi		/* p_offset */
	addl	%ebp, %esi
	movl	24(%edx), %edi		/* p_paddr */
	movl	32(%edx), %ecx		/* p_filesz */
	rep movsb
	movl	40(%edx), %ecx		/* p_memsz */
	subl	32(%edx), %ecx
	xorl	%eax, %eax
	rep stosb
2:	addl	$56, %edx
	decl	%ebx
	jnz	1b
	movl	24(%ebp), %eax		/* e_entry */
3:	ret

packet:
	.byte	16, 0
	.word	SECTORS
	.word	0, BUFFER >> 4		/* offset, segment */
	.quad	FIRST_SECTOR

	.balign	8
gdt:
	.quad	0
	.quad	0x00cf9a000000ffff	/* code */
	.quad	0x00cf92000000ffff	/* data */
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt
