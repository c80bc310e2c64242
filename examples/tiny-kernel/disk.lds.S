#include "layout.h"

ENTRY(_binary_boot_bin_start)
SECTIONS
{
	. = 0;
	.disk :
	{
		*boot.bin(.data)
		. = KERNEL_OFFSET;
		*kernel.elf(.data)
		. = MODULE_OFFSET;
		*clock.elf(.data)
		. = DISK_SIZE;
	}
}
