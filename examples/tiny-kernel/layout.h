#ifndef LAYOUT_H
#define LAYOUT_H

/* Where things lie in memory. */
#define BOOT_ADDRESS 0x7c00
#define KERNEL_ADDRESS 0x100000
#define MODULE_ADDRESS 0x200000
#define MODULE_SIZE 0x100000

/* On the disk: the boot sector, and what it reads in one go. */
#define SECTOR_SIZE 512
#define FIRST_SECTOR 1
#define SECTORS 127
#define KERNEL_OFFSET (FIRST_SECTOR * SECTOR_SIZE)
#define MODULE_OFFSET (KERNEL_OFFSET + 0xc000)
#define DISK_SIZE ((FIRST_SECTOR + SECTORS) * SECTOR_SIZE)

/* Where it is read to. */
#define BUFFER 0x10000
#define KERNEL_FILE BUFFER
#define MODULE_FILE (BUFFER + MODULE_OFFSET - KERNEL_OFFSET)

#endif
