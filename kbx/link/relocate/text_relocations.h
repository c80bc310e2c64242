#pragma once
#include "kbx/link/link.h"
#include "kbx/link/relocate/scan.h"

namespace kbx::link {

/// Tells of the first relocation that the dynamic linker would have to do in a read-only segment,
/// in GNU ld's words: one against a local symbol where the machine's GNU ld looks at these, else
/// against the first global one of the table. With -z notext only of functions that choose
/// themselves: their resolvers may run too early. Sections have to be placed.
void warn_text_relocations(const ScanResult& scan, const SymbolTable& symbols,
                           const FinalKind& kind, const Say& say);

/// The output has DT_TEXTREL: warns of it, or throws an Error with -z text.
void judge_text_relocations(const FinalKind& kind, const Say& say);

}  // namespace kbx::link
