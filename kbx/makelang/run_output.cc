#include "kbx/makelang/run_output.h"

#include <cstdio>

#include <fmt/format.h>

namespace kbx::makelang {
namespace {

void put(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace

void Output::enter() {
  if (entered_) return;
  entered_ = true;
  if (!folder_.empty())
    put(stdout, fmt::format("{}: Entering directory '{}'\n", program_, folder_));
}

void Output::leave() {
  if (entered_ && !folder_.empty())
    put(stdout, fmt::format("{}: Leaving directory '{}'\n", program_, folder_));
  entered_ = false;
}

void Output::print(std::string_view text) {
  if (text.empty()) return;
  enter();
  put(stdout, text);
}

void Output::message(std::string_view text) {
  print(fmt::format("{}: {}\n", program_, text));
}

void Output::error(std::string_view text) {
  print_error(fmt::format("{}: {}\n", program_, text));
}

void Output::print_error(std::string_view text) {
  if (text.empty()) return;
  enter();
  put(stderr, text);
}

}  // namespace kbx::makelang
