// Links only if fmt.cc holds all that formats need.
#include <iterator>
#include <string>

#include <fmt/format.h>

int main(int argc, char** argv) {
  std::string text = fmt::format("{} {:#x} {:>8} {:.2f} {}", argc, 7UL, argv[0], 1.5, true);
  fmt::format_to(std::back_inserter(text), "{:L} {:02x}", 1234567, 'c');
  return text.empty() ? 1 : 0;
}
