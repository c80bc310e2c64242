#include <cstdio>

int main() {
  std::puts("kbx");
  return 0;
}
