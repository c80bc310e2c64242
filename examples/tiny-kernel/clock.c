#include "console.h"
#include "feature.h"
#include "port.h"

/* One register of the battery-backed clock; its digits are in decimal code. */
static unsigned int read_clock(uint8_t number)
{
	uint8_t value;

	write_port(0x70, number);
	value = read_port(0x71);
	return (value >> 4) * 10u + (value & 15u);
}

void start_clock(const char *home)
{
	print("clock: in ");
	print(home);
	print(" at ");
	print_address((const void *)start_clock);
	print(", it is ");
	print_number(2000 + read_clock(9));
	print("-");
	print_number(read_clock(8));
	print("-");
	print_number(read_clock(7));
	print("\n");
}

FEATURE(start_clock);
