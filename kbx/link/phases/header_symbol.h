#pragma once
#include <vector>

#include "kbx/link/layout/segments.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// __ehdr_start, the ELF header in memory: defines it if something refers to it and nothing else
/// defines it, when all inputs are open. Gives it, or null.
Symbol* define_header_symbol(const SymbolTable& symbols);

/// Gives it its value when addresses are final; without a header in memory it is an undefined weak
/// symbol. `symbol` may be null.
void settle_header_symbol(Symbol* symbol, const FileLayout& layout);

/// _TLS_MODULE_BASE_, the start of the output's thread-local storage, to which TLS descriptors of
/// the local dynamic model refer (A. Oliva, "Thread-Local Storage Descriptors", 2005): the same for
/// it. On AArch64 and ARM GNU ld defines it wherever there is such storage (`is_always_there`).
Symbol* define_thread_base(SymbolTable& symbols, const std::vector<InputFile*>& files,
                           bool is_always_there);

/// At the start of the output's thread-local sections; or at their end, in a program the
/// descriptors of which go by a thread pointer that is there.
void settle_thread_base(Symbol* symbol, const OutputSections& sections, bool is_at_start);

}  // namespace kbx::link
