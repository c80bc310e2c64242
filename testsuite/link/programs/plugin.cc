// The library that plugin_host.cc opens.
#include <cstdio>
#include <stdexcept>

extern "C" int answer(int value);
extern int shared_count;

static thread_local int calls = 100;
__attribute__((constructor)) static void opened() {
  std::puts("plugin opened");
}
__attribute__((destructor)) static void closed() {
  std::puts("plugin closed");
}

extern "C" {
__attribute__((visibility("hidden"))) int plugin_hidden() {
  return 3;
}
int plugin_run(int value) {
  ++shared_count;
  return answer(value) + ++calls + plugin_hidden();
}
void plugin_fail() {
  throw std::out_of_range("the plugin's range");
}
}
