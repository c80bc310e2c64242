// Opens a shared library that calls back, throws, and has storage of threads.
#include <cstdio>
#include <stdexcept>

#include <dlfcn.h>

extern "C" int answer(int value) {
  return value * 2;
}
int shared_count = 5;

int main() {
  void* plugin = dlopen("./libplugin.so", RTLD_NOW | RTLD_LOCAL);
  if (!plugin) {
    std::printf("%s\n", dlerror());
    return 1;
  }
  auto run = reinterpret_cast<int (*)(int)>(dlsym(plugin, "plugin_run"));
  auto fail = reinterpret_cast<void (*)()>(dlsym(plugin, "plugin_fail"));
  std::printf("hidden %s\n", dlsym(plugin, "plugin_hidden") ? "seen" : "not seen");
  std::printf("%d %d\n", run(4), run(5));
  try {
    fail();
  } catch (const std::out_of_range& error) {
    std::printf("caught %s\n", error.what());
  }
  std::printf("count %d, close %d\n", shared_count, dlclose(plugin));
}
