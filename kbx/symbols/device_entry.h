#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "kbx/symbols/struct_layout.h"

namespace kbx::symbols {

/// One identifier of a device table: a structure in the target's memory layout.
class DeviceEntry {
 public:
  /// `bytes` begins with the structure and goes on to the end of the table: a text without a NUL of
  /// its own runs on, as C's would. All arguments must outlive the entry.
  DeviceEntry(const HeaderLayout& header, const StructLayout& layout, std::string_view bytes,
              bool is_big_endian);

  bool has(std::string_view field) const;
  /// The size of one element, in bytes.
  std::uint64_t width(std::string_view field) const;
  /// An integer member, or one element of an array of them. Throws Error if the tree's header has
  /// no such member.
  std::uint64_t number(std::string_view field, std::uint64_t index = 0) const;
  /// A member that is an array of characters, up to the next NUL.
  std::string_view text(std::string_view field) const;
  /// A member's bytes as they stand.
  std::string_view bytes(std::string_view field) const;
  /// One element of a member that is a structure or an array of structures.
  DeviceEntry element(std::string_view field, std::uint64_t index) const;
  std::uint64_t count(std::string_view field) const;

  /// A constant of the tree's header. Throws Error if it defines no such constant.
  std::int64_t constant(std::string_view name) const;
  bool is_big_endian() const { return is_big_endian_; }

 private:
  const FieldLayout& field(std::string_view name) const;

  const HeaderLayout& header_;
  const StructLayout& layout_;
  std::string_view bytes_;
  bool is_big_endian_;
};

}  // namespace kbx::symbols
