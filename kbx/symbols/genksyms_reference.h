#pragma once
#include <string_view>

#include "kbx/symbols/genksyms_symbols.h"

namespace kbx::symbols::genksyms_detail {

/// Puts the symbols of a reference file, which has the format of a dump of types, into the table as
/// not declared yet. `text` has to outlive `names`. Throws Error for a token that is too long or of
/// a kind that there is not.
void read_reference(std::string_view text, SymbolTable& symbols, Names& names, Arena& arena);

}  // namespace kbx::symbols::genksyms_detail
