#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// Tells of references to symbols that nothing defines, in GNU ld's words: with the function, and
/// source file, section and offset of each; the sixth of a name in a row and those behind it are
/// left out. --unresolved-symbols, --warn-unresolved-symbols, -z defs and
/// --ignore-unresolved-symbol are heeded.
class UndefinedReferences {
 public:
  UndefinedReferences(const Options& options, const Say& say) : options_(options), say_(say) {}

  /// A relocation at `offset` of `section` needs `symbol`, which is undefined and no weak one.
  void add(const Symbol& symbol, const InputSection& section, std::uint64_t offset);

  /// What shared objects need, in the order of the table: symbols that nothing defines, and those
  /// that the output has but does not show.
  void add_shared(const SymbolTable& symbols);

  /// Throws an Error with all that was found, unless it was only warned of.
  void finish() const;

 private:
  bool is_told(Unresolved policy, std::string_view name) const;
  unsigned count(std::string_view name);
  void tell(const std::string& text);

  const Options& options_;
  const Say& say_;
  std::vector<std::string> errors_;
  std::string last_name_;
  unsigned in_a_row_ = 0;
  std::string_view last_function_;
  const InputFile* last_file_ = nullptr;
};

}  // namespace kbx::link
