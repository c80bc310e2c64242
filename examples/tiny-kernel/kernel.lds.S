#include "layout.h"

ENTRY(start)
/* What modules may call, whether the kernel itself does or not. */
EXTERN(print print_address print_number)
MEMORY
{
	low (rwx) : ORIGIN = KERNEL_ADDRESS, LENGTH = MODULE_ADDRESS - KERNEL_ADDRESS
}
SECTIONS
{
	.text : { *(.text.entry) *(.text .text.*) } >low
	.rodata :
	{
		*(.rodata .rodata.*)
		. = ALIGN(8);
		features_start = .;
		KEEP(*(.features))
		features_end = .;
	} >low
	.data : ALIGN(4096) { *(.data .data.*) } >low
	.bss : { *(.bss .bss.*) *(COMMON) } >low
	/DISCARD/ : { *(.comment .note .note.* .eh_frame) }
}
