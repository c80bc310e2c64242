#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "kbx/elf/object.h"

namespace kbx::elf {

/// A place in a source file.
struct SourceLine {
  std::string file;        // as the compiler was given it: absolute, or below the folder it ran in
  std::uint64_t line = 0;  // from 1
};

/// Where the machine code of a relocatable object comes from, after its DWARF line table
/// (.debug_line, versions 2 to 5). Nothing is read before the first question. What is missing,
/// compressed or broken is no error: then no place is known.
class LineTable {
 public:
  /// `object` has to outlive the table.
  explicit LineTable(const Object& object) : object_(object) {}

  /// The place that the instruction at `offset`, or around it, in the section of index `section`
  /// was made from.
  std::optional<SourceLine> line_of(std::uint32_t section, std::uint64_t offset);

  /// What the linker will add to a field, as far as it is known here.
  struct Fixup {
    std::uint32_t section = 0;  // in which the sum is an address; 0: in none
    std::uint64_t value = 0;
    bool replaces = true;  // what the field holds, which otherwise counts too
  };
  /// The fixups of one section, by the offset of the field.
  using Fixups = std::unordered_map<std::uint64_t, Fixup>;

 private:
  const Fixups& fixups_of(std::uint32_t section);
  std::optional<SourceLine> line_in(const Section& table, const Fixups& fixups,
                                    std::uint32_t section, std::uint64_t offset) const;

  const Object& object_;
  std::unordered_map<std::uint32_t, Fixups> fixups_;
};

}  // namespace kbx::elf
