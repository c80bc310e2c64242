#include "layout.h"

ENTRY(module_start)
MEMORY
{
	module (rwx) : ORIGIN = MODULE_ADDRESS, LENGTH = MODULE_SIZE
}
SECTIONS
{
	.text : { *(.text .text.*) } >module
	.rodata : { *(.rodata .rodata.*) } >module
	.data : ALIGN(4096) { *(.data .data.*) } >module
	.bss : { *(.bss .bss.*) *(COMMON) } >module
	/DISCARD/ : { *(.comment .note .note.* .eh_frame) }
}
