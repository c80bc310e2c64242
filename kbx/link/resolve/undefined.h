#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kbx/elf/line_table.h"
#include "kbx/elf/object.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// Tells of references to symbols that nothing defines, in GNU ld's words: with the function, and
/// source file and line of each, or section and offset where the object does not tell the line; the
/// sixth of a name in a row and those behind it are left out. --unresolved-symbols,
/// --warn-unresolved-symbols, -z defs and
/// --ignore-unresolved-symbol are heeded.
class UndefinedReferences {
 public:
  UndefinedReferences(const Options& options, const Say& say) : options_(options), say_(say) {}

  /// A relocation at `offset` of `section` needs `symbol`, which is undefined and no weak one.
  void add(const Symbol& symbol, const InputSection& section, std::uint64_t offset);

  /// What shared objects need, in the order of the table: symbols that nothing defines, and those
  /// that the output has but does not show.
  void add_shared(const SymbolTable& symbols);

  /// Throws an Error with all that was found, unless it was only warned of. Its hint names what
  /// `symbols` has that is spelt almost like it.
  void finish(const SymbolTable& symbols) const;

 private:
  bool is_told(Unresolved policy, std::string_view name) const;
  unsigned count(std::string_view name);
  void tell(const std::string& text);
  std::optional<elf::SourceLine> line_of(const InputSection& section, std::uint64_t offset);

  const Options& options_;
  const Say& say_;
  /// The debugging information of a file.
  struct Lines {
    explicit Lines(elf::Object read) : object(std::move(read)), table(object) {}
    elf::Object object;
    elf::LineTable table;
  };

  std::vector<std::string> errors_;
  std::vector<std::string_view> names_;  // that are undefined, each once
  std::unordered_map<const InputFile*, std::unique_ptr<Lines>> lines_;
  std::string last_name_;
  unsigned in_a_row_ = 0;
  std::string_view last_function_;
  const InputFile* last_file_ = nullptr;
  std::string last_source_;
};

}  // namespace kbx::link
