#pragma once
#include <string>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// --gc-sections in a partial link: discards every section that nothing reaches from the symbols
/// `roots` and from the sections that KEEP marked with trait_keep. Throws Error if no root is
/// defined in a section, or if what a file has cannot be judged.
void collect_garbage(const std::vector<InputFile*>& files, const SymbolTable& symbols,
                     const std::vector<std::string>& roots, const Options& options, const Say& say);

}  // namespace kbx::link
