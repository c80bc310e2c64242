#include "layout.h"

ENTRY(start)
SECTIONS
{
	. = KERNEL_ADDRESS;
	.text : { *(.text .text.*) }
	.rodata :
	{
		*(.rodata .rodata.*)
		. = ALIGN(8);
		features_start = .;
		KEEP(*(.features))
		features_end = .;
	}
	. = ALIGN(4096);
	.data : { *(.data .data.*) }
	.bss : { *(.bss .bss.*) *(COMMON) }
	ASSERT(. <= MODULE_ADDRESS, "the kernel reaches into the module")
	/DISCARD/ : { *(.comment .note .note.* .eh_frame) }
}
