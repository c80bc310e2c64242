#pragma once
#include "kbx/link/layout/segments.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// __ehdr_start, the ELF header in memory: defines it if something refers to it and nothing else
/// defines it, when all inputs are open. Gives it, or null.
Symbol* define_header_symbol(const SymbolTable& symbols);

/// Gives it its value when addresses are final; without a header in memory it is an undefined weak
/// symbol. `symbol` may be null.
void settle_header_symbol(Symbol* symbol, const FileLayout& layout);

}  // namespace kbx::link
