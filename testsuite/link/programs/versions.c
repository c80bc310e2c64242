// Which version a program gets is settled when it is linked.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int rate(void);
int kept(void);
int main(void) {
  int (*old)(void) = (int (*)(void))dlvsym(RTLD_DEFAULT, "rate", "RATE_1");
  int (*new)(void) = (int (*)(void))dlvsym(RTLD_DEFAULT, "rate", "RATE_2");
  printf("rate %d, kept %d, old %d, new %d\n", rate(), kept(), old ? old() : -1, new ? new() : -1);
  printf("%s\n", dlsym(RTLD_DEFAULT, "not_told") ? "told" : "not told");
  return 0;
}
