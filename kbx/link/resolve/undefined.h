#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/source_places.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// Tells of references to symbols that nothing defines, in GNU ld's words: with the function, and
/// source file and line of each, or section and offset where the object does not tell the line; the
/// sixth of a name in a row and those behind it are left out. --unresolved-symbols,
/// --warn-unresolved-symbols, -z defs and
/// --ignore-unresolved-symbol are heeded.
class UndefinedReferences {
 public:
  UndefinedReferences(const Options& options, const Say& say)
      : options_(options), say_(say), places_(options) {}

  /// A relocation at `offset` of `section` needs `symbol`, which is undefined and no weak one.
  void add(const Symbol& symbol, const InputSection& section, std::uint64_t offset);

  /// What makes it impossible to write the symbols, in the order in which GNU ld writes them: what
  /// shared objects need and nothing defines, or the output does not show; and what is not defined
  /// here though its visibility wants that. Of these the first one is told: GNU ld stops there.
  void add_symbols(const SymbolTable& symbols);

  /// Throws an Error with all that was found, unless it was only warned of. Its hint names what
  /// `symbols` has that is spelt almost like it.
  void finish(const SymbolTable& symbols) const;

 private:
  bool is_told(Unresolved policy, const Symbol& symbol) const;
  bool is_warning(const Symbol& symbol) const;
  unsigned count(std::string_view name);
  void tell(const Symbol& symbol, const std::string& text);
  void add_shared(const Symbol& symbol);
  std::string fault_of(const Symbol& symbol) const;

  const Options& options_;
  const Say& say_;
  SourcePlaces places_;
  std::vector<std::string> errors_;
  std::vector<std::string_view> names_;  // that are undefined, each once
  std::string last_name_;
  unsigned in_a_row_ = 0;
};

}  // namespace kbx::link
