// Functions that are chosen when the program starts: called, taken the address of, and in initialised data.
#include <stdio.h>
#include <string.h>

static int by_one(int value) { return value + 1; }
static int by_two(int value) { return value + 2; }
static int chosen = 2;

typedef int step(int);
static step *choose(void) { return chosen == 2 ? by_two : by_one; }
int visible(int) __attribute__((ifunc("choose")));
static int hidden(int) __attribute__((ifunc("choose")));
step *const table[] = {visible, hidden, by_one};
step *from_other(void);

int main(void) {
  int sum = 0;
  for (unsigned at = 0; at < 3; ++at) sum = 10 * sum + table[at](1);
  printf("%d %d %d\n", sum, visible(10), hidden(20));
  printf("%s\n", from_other() == visible && table[0] == visible ? "one address" : "two addresses");
  char copy[32];
  memcpy(copy, "the library's own", 18);
  printf("%s %zu\n", copy, strlen(copy));
  return 0;
}
