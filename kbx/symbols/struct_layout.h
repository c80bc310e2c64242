#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::symbols {

/// Where a member of a C structure lies.
struct FieldLayout {
  std::string name;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // of the whole member
  std::uint64_t count = 1;
  std::string structure;  // the type of one element, if it is a structure
};

struct StructLayout {
  std::uint64_t size = 0;
  std::uint64_t alignment = 1;
  std::vector<FieldLayout> fields;

  const FieldLayout* find(std::string_view name) const;
};

/// The structures and integer constants of a C header.
struct HeaderLayout {
  std::map<std::string, StructLayout, std::less<>> structures;
  std::map<std::string, std::int64_t, std::less<>> constants;
};

/// Lays out the structures of the header `path`, and of those it includes by a path in quotation
/// marks, as the kernel's ABIs with 4-byte and 8-byte longs do. Made for
/// include/linux/mod_devicetable.h: object-like macros, enum, struct, fixed arrays, bit-fields of
/// one byte, packed and aligned; what it does not understand is left out. Throws Error if the file
/// cannot be read.
HeaderLayout read_header_layout(const std::string& path, bool is_64bit);

}  // namespace kbx::symbols
