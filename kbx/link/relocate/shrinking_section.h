#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/relocate/deletions.h"

namespace kbx::link {

/// A section that loses bytes while the output is laid out. Its content is mapped read-only, so a
/// copy takes its place when the first of them change; its relocations are kept apart until all is
/// done, with as many entries in the same order as the table of the input.
class ShrinkingSection {
 public:
  explicit ShrinkingSection(InputSection& section) : section_(&section) {}

  InputSection& input() const { return *section_; }
  std::uint64_t size() const { return section_->size; }

  /// Symbols that move with the content: of those of its file's table that are defined in the
  /// section, local ones by index, global ones each once.
  std::vector<std::uint32_t> locals;
  std::vector<Symbol*> globals;

  /// The relocations, as they are now.
  std::vector<Relocation> relocations;

  std::uint32_t instruction(std::uint64_t offset) const;
  /// Overwrites `size` bytes, 2 or 4.
  void write(std::uint64_t offset, std::uint32_t instruction, unsigned size, Arena& arena);

  /// Takes bytes out; what lies behind moves. Throws Error if the object is such that they overlap.
  void remove(Deletions& deletions, Arena& arena);

  /// The table of relocations in the form of the file, for the rest of the link.
  template <typename Shape>
  void finish(Arena& arena);

 private:
  char* content(Arena& arena);

  InputSection* section_;
  char* content_ = nullptr;
};

}  // namespace kbx::link
