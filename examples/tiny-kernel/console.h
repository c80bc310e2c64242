#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>
#include <stdint.h>

void open_console(void);
void print(const char *text);
void print_bytes(const char *bytes, size_t count);
void print_address(const void *address);
/* In decimal, with at least two digits. */
void print_number(unsigned int number);

#endif
