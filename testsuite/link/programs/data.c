// Data of a shared library in a program: copied where code is not position independent, one address for all.
#include <stdio.h>
extern int exported[4];
extern const char *const names[2];
int *exported_address(void);
int call_back(int (*function)(int), int value);
static int twice(int value) { return 2 * value; }
int printf_like(int value) { return value + 1; }
int (*volatile pointers[])(int) = {twice, printf_like};

int main(void) {
  exported[2] += 5;
  printf("%d %s %s\n", exported_address()[2], names[1], exported_address() == exported ? "one place" : "two places");
  printf("%d %d\n", call_back(twice, 21), call_back(pointers[1], 1));
  fprintf(stdout, "%s\n", "a stream of the C library");
  return 0;
}
