#include "layout.h"

ENTRY(module_start)
SECTIONS
{
	. = MODULE_ADDRESS;
	.text : { *(.text .text.*) }
	.rodata : { *(.rodata .rodata.*) }
	. = ALIGN(4096);
	.data : { *(.data .data.*) }
	.bss : { *(.bss .bss.*) *(COMMON) }
	/DISCARD/ : { *(.comment .note .note.* .eh_frame) }
}
