#include "relocated_code.h"

#include <cstdlib>

#include <doctest/doctest.h>

using kbx::link::Against;
using kbx::link::Fit;
using kbx::link::Origin;
using kbx::link::Rule;

namespace {

std::uint64_t origin_value(Origin origin, const Places& places) {
  switch (origin) {
    case Origin::symbol:
    case Origin::plt:
      return places.symbol;
    case Origin::got_base:
      return places.got_base;
    case Origin::thread_offset:
      return static_cast<std::uint64_t>(places.thread_offset);
    case Origin::thread_distance:
      return static_cast<std::uint64_t>(-places.thread_offset);
    case Origin::none:
      return 0;
    default:
      return places.got_entry;
  }
}

std::uint64_t value_of(const Rule& rule, std::int64_t addend, std::uint64_t place,
                       const Places& places) {
  const std::uint64_t from = origin_value(rule.origin, places) + static_cast<std::uint64_t>(addend);
  switch (rule.against) {
    case Against::place:
      return from - place;
    case Against::page:
      return (from & ~std::uint64_t{0xfff}) - (place & ~std::uint64_t{0xfff});
    case Against::got_base:
      return from - places.got_base;
    case Against::nothing:
      break;
  }
  return from;
}

}  // namespace

std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 3)
    bytes +=
        static_cast<char>(std::strtoul(std::string(hexadecimal.substr(i, 2)).c_str(), nullptr, 16));
  return bytes;
}

std::string hexadecimal_of(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (!text.empty()) text += ' ';
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string relocated(const kbx::link::Machine& machine, std::string_view code, kbx::link::Use use,
                      const Places& places) {
  std::string content = bytes_of(code);
  if (use.offset > content.size()) return "outside";
  if (!machine.uses_rela)
    use.addend = machine.implicit_addend(use.type, content.data() + use.offset);
  const std::string input = content;
  use.content = input;
  const Rule* rule = machine.rule(use.type);
  if (!rule) return "unknown type";
  if (rule->may_simplify) {
    bool covers_next = false;
    use.type = machine.simplify(use, covers_next);
    rule = machine.rule(use.type);
    if (!rule) return "unknown simpler type";
    CHECK(covers_next ==
          (use.next_type != 0 && rule->origin != Origin::got_module_offset && use.type >= 0x101));
  }
  if (rule->size == 0) return hexadecimal_of(content);
  const std::uint64_t address = places.text + use.offset;
  const kbx::link::Patch patch{.type = use.type,
                               .place = content.data() + use.offset,
                               .room = content.size() - use.offset,
                               .behind = use.offset,
                               .value = value_of(*rule, use.addend, address, places),
                               .address = address};
  switch (machine.apply(patch)) {
    case Fit::fits:
      return hexadecimal_of(content);
    case Fit::overflows:
      return "overflow";
    case Fit::misaligned:
      return "misaligned";
    case Fit::no_match:
      break;
  }
  return "no match";
}
