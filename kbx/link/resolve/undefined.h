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
/// file and line or section and offset of each, the sixth of a name in a row and those behind it
/// left out. --unresolved-symbols, --warn-unresolved-symbols, -z defs and
/// --ignore-unresolved-symbol are heeded.
class UndefinedReferences {
 public:
  UndefinedReferences(const Options& options, const Say& say) : options_(options), say_(say) {}

  /// A relocation at `offset` of `section` needs `symbol`, which is undefined and no weak one.
  void add(const Symbol& symbol, const InputSection& section, std::uint64_t offset);

  /// A shared object needs `symbol`.
  void add(const Symbol& symbol, const InputFile& shared);

  /// Throws an Error with all that was found, unless it was only warned of.
  void finish() const;

 private:
  void tell(const std::string& line, bool is_error);

  const Options& options_;
  const Say& say_;
  std::vector<std::string> errors_;
  std::string last_name_;
  unsigned in_a_row_ = 0;
  std::string last_function_;
  const InputFile* last_file_ = nullptr;
};

}  // namespace kbx::link
