#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/cross_reference.h"
#include "kbx/link/resolve/symbol_remarks.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// Finds for each global name what it stands for, file by file in the order of the link.
class Definitions {
 public:
  Definitions(const Options& options, const Say& say, Arena& arena);

  /// The file's global symbols. Throws Error if a name is thread-local in one of two files.
  void add(InputFile& file);

  /// -u and EXTERN: wants `name` defined.
  void require(std::string_view name);

  /// Throws Error if a name was defined twice.
  void finish() const;

  SymbolTable& symbols() { return symbols_; }
  const SymbolTable& symbols() const { return symbols_; }
  /// How many names were ever undefined: while it grows, archives may have more to give.
  std::uint64_t undefined_count() const { return undefined_count_; }
  /// What --cref tells; empty without that option.
  const CrossReferences& cross_references() const { return cross_references_; }

 private:
  Symbol* add_symbol(InputFile& file, const InputSymbol& symbol);
  std::string_view wrapped(std::string_view name);
  void note(const InputFile& file, const InputSymbol& symbol, bool is_undefined);
  bool merge(InputFile& file, const InputSymbol& symbol, bool is_definition, Symbol& global);
  void define(InputFile& file, const InputSymbol& symbol, InputSection* section, bool is_undefined,
              Symbol& global);
  void make_common(InputFile& file, const InputSymbol& symbol, Symbol& global);
  void put_on_undefined_list(Symbol& symbol);

  const Options& options_;
  Arena& arena_;
  SymbolTable symbols_;
  SymbolRemarks remarks_;
  CrossReferences cross_references_;
  std::uint64_t undefined_count_ = 0;
  std::vector<std::string> errors_;
};

}  // namespace kbx::link
