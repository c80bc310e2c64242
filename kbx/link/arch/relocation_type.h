#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "kbx/link/arch/machine.h"
#include "kbx/link/input/shape.h"

namespace kbx::link {

/// Which values fit into a field of n bits.
enum class Range : std::uint8_t {
  any,
  with_sign,     // -2^(n-1) to 2^(n-1) - 1
  without_sign,  // 0 to 2^n - 1
  bit_field,     // -2^n to 2^n - 1: an address may wrap
  either_sign,   // -2^(n-1) to 2^n - 1
};

/// A relocation type of a machine's table.
struct RelocationType {
  std::string_view name;  // "": there is no such type
  Rule rule;
  Range range = Range::any;
};

constexpr Rule rule_of(Origin origin, Against against, std::uint8_t size) {
  Rule rule;
  rule.origin = origin;
  rule.against = against;
  rule.size = size;
  return rule;
}

/// A number of `size` bytes, …
constexpr Rule value(Origin origin, std::uint8_t size) {
  return rule_of(origin, Against::nothing, size);
}

/// … one relative to its place, …
constexpr Rule distance(Origin origin, std::uint8_t size) {
  return rule_of(origin, Against::place, size);
}

/// … relative to _GLOBAL_OFFSET_TABLE_, …
constexpr Rule got_distance(Origin origin, std::uint8_t size) {
  return rule_of(origin, Against::got_base, size);
}

/// … the lowest twelve bits of an address, which are the same wherever the output is loaded, …
constexpr Rule page_rest(Origin origin, std::uint8_t size) {
  return rule_of(origin, Against::page_start, size);
}

/// … the distance between pages, …
constexpr Rule page_distance(Origin origin, std::uint8_t size) {
  return rule_of(origin, Against::page, size);
}

/// … an address, which the dynamic linker can change, …
constexpr Rule word(Origin origin, std::uint8_t size) {
  Rule rule = value(origin, size);
  rule.is_word = true;
  return rule;
}

/// … a jump's target relative to its place.
constexpr Rule branch(std::uint8_t size) {
  Rule rule = distance(Origin::plt, size);
  rule.is_branch = true;
  return rule;
}

constexpr Rule only_static(Rule rule) {
  rule.is_static = true;
  return rule;
}

constexpr Rule simpler(Rule rule) {
  rule.may_simplify = true;
  return rule;
}

/// True if a field of `bits` bits keeps the value; one of no bits is not written.
constexpr bool fits(std::uint64_t value, unsigned bits, Range range) {
  if (bits == 0 || bits >= 64 || range == Range::any) return true;
  const std::uint64_t above = ~std::uint64_t{0} << bits;
  switch (range) {
    case Range::with_sign:
      return value + (std::uint64_t{1} << (bits - 1)) < std::uint64_t{1} << bits;
    case Range::without_sign:
      return (value & above) == 0;
    case Range::either_sign:
      return (value & above) == 0 || (value | ~above >> 1) == ~std::uint64_t{0};
    default:
      return (value & above) == 0 || (value & above) == above;
  }
}

/// The lowest `size` bytes of a value, little-endian.
inline void write_little(char* place, std::uint64_t value, unsigned size) {
  using Little = Shape<true, false>;
  if (size == 4) return Little::store<std::uint32_t>(place, static_cast<std::uint32_t>(value));
  if (size == 8) return Little::store<std::uint64_t>(place, value);
  for (unsigned i = 0; i < size; ++i) place[i] = static_cast<char>(value >> 8 * i);
}

inline std::uint64_t read_little(const char* place, unsigned size) {
  std::uint64_t value = 0;
  for (unsigned i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(place[i]);
  return value;
}

/// The lowest `bits` bits as a number with a sign.
constexpr std::int64_t with_sign(std::uint64_t value, unsigned bits) {
  const unsigned unused = 64 - bits;
  return static_cast<std::int64_t>(value << unused) >> unused;
}

/// A little-endian number of `size` bytes with a sign.
inline std::int64_t read_little_signed(const char* place, unsigned size) {
  return with_sign(read_little(place, size), 8 * size);
}

/// Writes a value of which all bits are kept in a field of `size` bytes.
inline Fit write_field(const Patch& patch, unsigned size, std::uint64_t value, Range range) {
  if (patch.room < size) return Fit::no_match;
  write_little(patch.place, value, size);
  return fits(value, 8 * size, range) ? Fit::fits : Fit::overflows;
}

}  // namespace kbx::link
