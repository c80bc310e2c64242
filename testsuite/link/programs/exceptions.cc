// Exceptions find their way through frames of several files, by .eh_frame, its header and
// .gcc_except_table.
#include "exceptions.h"

#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

struct Noisy {
  explicit Noisy(const char* name) : name_(name) {}
  ~Noisy() { std::printf("left %s\n", name_); }
  const char* name_;
};

int guarded(const std::function<int()>& call) {
  Noisy noisy("guarded");
  try {
    return call();
  } catch (const Refused& refused) {
    std::printf("refused: %s, %d\n", refused.what(), refused.code);
    return refused.code;
  } catch (const std::exception& other) {
    std::printf("other: %s\n", other.what());
    return -1;
  }
}

int main() {
  int sum = guarded([] { return refuse(7); });
  sum += guarded([] { return std::stoi("no number"); });
  sum += guarded([]() -> int {
    throw std::make_unique<Refused>("by value", 3) ? Refused("made", 2) : Refused("", 1);
  });
  std::exception_ptr kept;
  try {
    refuse(9);
  } catch (...) {
    kept = std::current_exception();
  }
  try {
    std::rethrow_exception(kept);
  } catch (std::runtime_error& error) {
    std::printf("again: %s\n", error.what());
  }
  try {
    nested(3);
  } catch (int depth) {
    std::printf("from depth %d\n", depth);
  }
  std::printf("sum %d\n", sum);
}
