#include "kbx/link/phases/riscv_dynamic.h"

#include <elf.h>

namespace kbx::link {

bool is_in_dynsym_for_gp(const Symbol& symbol, const FinalKind& kind) {
  return kind.machine.number == EM_RISCV && !kind.is_position_independent &&
         symbol.name == "__global_pointer$" && symbol.binding != Binding::fresh;
}

void show_table_symbols(const SymbolTable& symbols, DynamicLink& dynamic) {
  constexpr Wants in_table = want_got | want_thread_offset | want_module_offset;
  symbols.for_each([&](Symbol& symbol) {
    if ((symbol.wants & in_table) && is_defined(symbol.binding) && !symbol.is_forced_local &&
        symbol.type != STT_GNU_IFUNC)
      dynamic.record(symbol);
  });
}

void describe_riscv(const Linkage& linkage, LinkageTables& tables) {
  constexpr std::int64_t dt_variant_cc = DT_LOPROC + 1;
  tables.has_relocations = true;  // where they are is said even if there are none
  tables.counts_plt_relocations = true;
  if (has_variant_calls(linkage)) tables.variant_calls = dt_variant_cc;
}

}  // namespace kbx::link
