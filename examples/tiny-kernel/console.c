#include "console.h"

#include "port.h"

#define SERIAL 0x3f8

void open_console(void)
{
	write_port(SERIAL + 1, 0);	/* no interrupts */
	write_port(SERIAL + 3, 0x80);	/* the divisor: 115200 baud */
	write_port(SERIAL + 0, 1);
	write_port(SERIAL + 1, 0);
	write_port(SERIAL + 3, 3);	/* 8 bits, no parity */
}

static void print_byte(char byte)
{
	while (!(read_port(SERIAL + 5) & 0x20))
		;
	write_port(SERIAL, (uint8_t)byte);
}

void print_bytes(const char *bytes, size_t count)
{
	while (count-- > 0)
		print_byte(*bytes++);
}

void print(const char *text)
{
	while (*text)
		print_byte(*text++);
}

void print_address(const void *address)
{
	uintptr_t value = (uintptr_t)address;
	char digits[16];
	int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	print("0x");
	while (count > 0)
		print_byte(digits[--count]);
}

void print_number(unsigned int number)
{
	if (number >= 100)
		print_number(number / 100);
	print_byte((char)('0' + number / 10 % 10));
	print_byte((char)('0' + number % 10));
}
