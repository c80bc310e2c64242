#include "relocated_code.h"

#include <cstdlib>
#include <utility>

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
    case Origin::module_offset:
      return static_cast<std::uint64_t>(places.module_offset);
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
    case Against::got_page:
      return from - (places.got_base & ~std::uint64_t{0xfff});
    case Against::page_start:
      return from & 0xfff;
    case Against::section:  // which starts at 0
    case Against::nothing:
      break;
  }
  return from;
}

std::string outcome(Fit fit) {
  switch (fit) {
    case Fit::fits:
      return {};
    case Fit::overflows:
      return "overflow";
    case Fit::misaligned:
      return "misaligned";
    case Fit::no_match:
      break;
  }
  return "no match";
}

/// The first part of a pair, in front of its second.
struct FirstPart {
  std::uint64_t value = 0;
  std::uint64_t address = 0;
};

/// One relocation, `use`, of `content`, as `input` has it. What went wrong, or "".
std::string apply(const kbx::link::Machine& machine, const std::string& input, std::string& content,
                  kbx::link::Use use, const Places& places, FirstPart& first, bool& covers_next) {
  covers_next = false;
  if (use.offset > content.size()) return "outside";
  if (!machine.uses_rela) use.addend = machine.implicit_addend(use.type, input.data() + use.offset);
  use.content = input;
  const std::uint32_t first_type = use.type;
  const Rule* rule = machine.rule(use.type);
  if (!rule) return "unknown type";
  if (rule->may_simplify) {
    use.type = machine.simplify(use, covers_next);
    rule = machine.rule(use.type);
    if (!rule) return "unknown simpler type";
  }
  if (rule->size == 0) return {};
  std::uint64_t address = places.text + use.offset;
  std::uint64_t value = value_of(*rule, use.addend, address, places);
  if (rule->is_first_part || machine.rule(first_type)->is_first_part) first = {value, address};
  if (rule->origin == Origin::paired) {
    value = first.value + static_cast<std::uint64_t>(use.addend);
    address = first.address;
  }
  return outcome(machine.apply({.type = use.type,
                                .place = content.data() + use.offset,
                                .room = content.size() - use.offset,
                                .behind = use.offset,
                                .value = value,
                                .address = address,
                                .is_function = places.is_function,
                                .arm = use.arm}));
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
  const std::string input = bytes_of(code);
  std::string content = input;
  bool covers_next = false;
  FirstPart first;
  const std::string fault = apply(machine, input, content, use, places, first, covers_next);
  if (fault.empty()) CHECK(covers_next == (use.next_type != 0 && !use.is_shared));
  return fault.empty() ? hexadecimal_of(content) : fault;
}

std::string linked(const kbx::link::Machine& machine, const Sequence& sequence,
                   const kbx::link::Use& use, const Places& places) {
  const std::string input = bytes_of(sequence.code);
  std::string content = input;
  bool covers_next = false;
  FirstPart first;
  for (std::size_t i = 0; i < sequence.relocations.size(); ++i) {
    if (std::exchange(covers_next, false)) continue;
    const Relocated& relocation = sequence.relocations[i];
    kbx::link::Use one = use;
    one.type = relocation.type;
    one.offset = relocation.offset;
    one.addend = relocation.addend;
    one.next_type = i + 1 < sequence.relocations.size() ? sequence.relocations[i + 1].type : 0;
    Places where = places;
    if (relocation.symbol != 0) where.symbol = relocation.symbol;
    const std::string fault = apply(machine, input, content, one, where, first, covers_next);
    if (!fault.empty()) return fault;
  }
  return hexadecimal_of(content);
}
