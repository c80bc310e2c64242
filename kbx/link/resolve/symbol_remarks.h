#pragma once
#include <string_view>
#include <unordered_set>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// What is said of global symbols while they are met: -y, and warnings that no name is resolved
/// differently for. In each, `symbol` is the one that `file` has, `before` the table's entry as it
/// was until then and `global` as it is now.
class SymbolRemarks {
 public:
  SymbolRemarks(const Options& options, const Say& say);

  /// -y.
  void trace(const InputFile& file, std::string_view name, bool is_undefined) const;

  /// A common symbol may be used as if it were aligned as it asks, even where a definition stands
  /// for it.
  void check_alignment(const InputFile& file, const InputSymbol& symbol, const Symbol& before,
                       const Symbol& global) const;

  /// --warn-common.
  void warn_common(const InputFile& file, const InputSymbol& symbol, const Symbol& before) const;

  /// A definition that changes the size that a name had.
  void warn_size(const InputFile& file, const InputSymbol& symbol, const Symbol& global) const;

  /// A definition that changes the type that a name had.
  void warn_type(const InputFile& file, const InputSymbol& symbol, const Symbol& global) const;

 private:
  const Options& options_;
  const Say& say_;
  std::unordered_set<std::string_view> traced_;
};

}  // namespace kbx::link
