#pragma once
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// True if another module may define the symbol at run time, so that this output must refer to it
/// through the dynamic linker. Holds once DynamicLink::choose_symbols is done; before, every symbol
/// counts as bound here. With `is_call` a protected function is bound here too; without, its
/// address may be that of a PLT entry of the program.
bool is_preemptible(const Symbol& symbol, const Options& options, bool is_call = false);

/// True if the symbol is an undefined weak one that this output takes for 0 at link time. In a
/// program that depends on how it is referred to: the scan has to have noted has_got_reference and
/// has_other_reference before it asks. One that is not zero has to be in .dynsym
/// (DynamicLink::record). `has_interpreter`: the output has .interp.
bool is_zero(const Symbol& symbol, const Options& options, bool has_interpreter);

/// True if that is so however it is referred to: nobody else may define it.
bool is_zero_everywhere(const Symbol& symbol, const Options& options, bool has_interpreter);

/// True if references are bound to the output's own definitions but for those of a list:
/// --dynamic-list and its kin.
bool has_dynamic_list(const Options& options);

/// True if the output can be loaded at any address.
inline bool is_position_independent(const Options& options) {
  return options.kind == OutputKind::shared || options.kind == OutputKind::pie;
}

/// True if the symbol's definition is that of a shared object.
inline bool is_from_shared(const Symbol& symbol) {
  return symbol.is_defined_in_shared && !symbol.is_defined_in_object;
}

}  // namespace kbx::link
