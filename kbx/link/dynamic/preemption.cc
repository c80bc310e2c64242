#include "kbx/link/dynamic/preemption.h"

#include <elf.h>

/// What the gABI says of symbols' visibility in chapter 4, and -Bsymbolic and --dynamic-list, with
/// GNU ld 2.40's reading of them.
namespace kbx::link {
namespace {

unsigned visibility(const Symbol& symbol) {
  return symbol.other & 3u;
}

}  // namespace

bool has_dynamic_list(const Options& options) {
  const bool is_shared = options.kind == OutputKind::shared;
  const bool has_exports =
      !options.exported_symbols.empty() || !options.exported_symbol_lists.empty();
  return !options.dynamic_lists.empty() || options.dynamic_data || options.dynamic_operators ||
         options.dynamic_typeinfo || has_exports ||
         (is_shared && options.symbolic == Symbolic::functions);
}

bool is_preemptible(const Symbol& symbol, const Options& options, bool is_call) {
  if (visibility(symbol) == STV_HIDDEN || visibility(symbol) == STV_INTERNAL) return false;
  if (symbol.is_forced_local || !symbol.is_dynamic || symbol.is_taken_for_zero) return false;
  if (!symbol.is_defined_in_object && symbol.binding != Binding::common) return true;
  if (options.kind != OutputKind::shared) return false;
  const bool is_symbolic =
      options.symbolic == Symbolic::all || has_dynamic_list(options) || symbol.is_section_bound;
  if (is_symbolic && !symbol.is_overridable && !symbol.is_unique) return false;
  if (visibility(symbol) == STV_DEFAULT) return true;
  if (options.indirect_extern_access.value_or(false)) return false;
  const bool is_function = symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC;
  if (!options.extern_protected_data.value_or(false) && !is_function) return false;
  return !is_call;
}

bool is_zero(const Symbol& symbol, const Options& options, bool has_interpreter) {
  if (symbol.binding != Binding::undefined_weak || symbol.is_defined_in_object) return false;
  if (!is_preemptible(symbol, options) && options.kind == OutputKind::shared) return true;
  if (is_zero_everywhere(symbol, options, has_interpreter)) return true;
  if (options.kind == OutputKind::shared) return false;
  return symbol.has_other_reference || !symbol.has_got_reference;
}

bool is_zero_everywhere(const Symbol& symbol, const Options& options, bool has_interpreter) {
  if (symbol.binding != Binding::undefined_weak || symbol.is_defined_in_object) return false;
  return visibility(symbol) != STV_DEFAULT || !options.dynamic_undefined_weak.value_or(true) ||
         (options.kind != OutputKind::shared && !has_interpreter);
}

}  // namespace kbx::link
