#pragma once
#include "kbx/base/arena.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// --split-by-file and --split-by-reloc: an output section that gets too large, or too many
/// relocations, goes on in another, NAME.0, NAME.1 …, at the end of the output, and a global symbol
/// of that name stands for it. Pieces must be made. Names and symbols are made in `arena`.
void split_sections(OutputSections& sections, SymbolTable& symbols, const Options& options,
                    Arena& arena);

}  // namespace kbx::link
