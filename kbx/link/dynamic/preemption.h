#pragma once
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// True if another module may define the symbol at run time, so that this output must refer to it
/// through the dynamic linker. Holds once DynamicLink::choose_symbols is done; before, every symbol
/// counts as bound here. `is_call` takes protected functions as bound here too.
bool is_preemptible(const Symbol& symbol, const Options& options, bool is_call = false);

/// True if the symbol is an undefined weak one that this output takes for 0 at link time.
bool is_zero(const Symbol& symbol, const Options& options);

/// True if the output has, or may have, dynamic sections by its kind alone.
inline bool is_position_independent(const Options& options) {
  return options.kind == OutputKind::shared || options.kind == OutputKind::pie;
}

/// True if the symbol's definition is that of a shared object.
inline bool is_from_shared(const Symbol& symbol) {
  return symbol.is_defined_in_shared && !symbol.is_defined_in_object;
}

}  // namespace kbx::link
