// What runs before main and after it, in which order; weak, common and aliased symbols; the
// sections' own symbols.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

extern "C" {
extern int absent __attribute__((weak));
int maybe() __attribute__((weak));
int original() {
  return 11;
}
int renamed() __attribute__((alias("original")));
extern char** environ;
extern const char marks_begin[] __asm__("__start_marks"), marks_end[] __asm__("__stop_marks");
}
__attribute__((section("marks"), used)) static char mark_one = 1;
__attribute__((section("marks"), used)) static char mark_two = 2;

__attribute__((constructor(200))) static void second() {
  std::puts("constructor 200");
}
__attribute__((constructor(101))) static void first() {
  std::puts("constructor 101");
}
__attribute__((destructor)) static void last() {
  std::puts("destructor");
}

struct Global {
  Global() { std::puts("global made"); }
  ~Global() { std::puts("global gone"); }
} global;

inline std::map<std::string, int>& registry() {
  static std::map<std::string, int> made{{"one", 1}, {"two", 2}};
  return made;
}

int main(int count, char** words) {
  std::atexit([] { std::puts("at exit"); });
  registry()["words"] = count;
  for (const auto& [name, value] : registry()) std::cout << name << ' ' << value << std::endl;
  std::cout << (&absent ? "present" : "absent") << ' ' << (maybe ? "present" : "absent") << ' '
            << renamed() << ' ' << marks_end - marks_begin << ' '
            << (environ != nullptr && words[count] == nullptr) << std::endl;
  return mark_one + mark_two;
}
