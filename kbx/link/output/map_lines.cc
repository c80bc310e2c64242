#include "kbx/link/output/map_lines.h"

#include <fmt/format.h>

#include "kbx/link/dynamic/versions.h"

namespace kbx::link {

std::string map_column(std::string text, std::size_t column) {
  if (text.size() >= column - 1) return text + "\n" + std::string(column, ' ');
  text.resize(column, ' ');
  return text;
}

std::string map_address(std::uint64_t address, bool is_64bit) {
  if (is_64bit) return fmt::format("0x{:016x}", address);
  return fmt::format("0x{:08x}", address & 0xffffffff);
}

std::string map_size(std::uint64_t size) {
  return fmt::format("{:>10}", fmt::format("{:#x}", size));
}

std::string map_symbol(std::string_view name, bool is_demangled) {
  return is_demangled ? demangled(name) : std::string(name);
}

}  // namespace kbx::link
