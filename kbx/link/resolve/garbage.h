#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

/// --gc-sections in a partial link: discards every section that nothing reaches from the symbols
/// `roots` and from the sections that KEEP marked with trait_keep. Throws Error if no root is
/// defined in a section, or if what a file has cannot be judged.
void collect_garbage(const std::vector<InputFile*>& files, const SymbolTable& symbols,
                     const std::vector<std::string>& roots, const Options& options, const Say& say);

/// What a final link's --gc-sections starts from, beside sections in KEEP (trait_keep), notes,
/// arrays of functions and SHF_GNU_RETAIN.
struct GarbageRoots {
  std::vector<std::string> names;  // the entry, -u, EXTERN, --require-defined, -init, -fini
  /// Whether a symbol that is defined here has to stay because another module may use it: all
  /// that get into .dynsym of a pie or a shared object, and what a shared object refers to.
  std::function<bool(const Symbol& symbol)> is_exported;
  /// Those of the script and of --defsym: what uses the symbol on the left uses those on the right.
  std::vector<const script::Assignment*> assignments;
};

/// --gc-sections in a final link: discards what nothing reaches. __start_NAME and __stop_NAME keep
/// the sections of that name unless -z start-stop-gc; code keeps what its unwind table's entries
/// refer to (personality, LSDA). Gives the lines of --why-live for Options::why_live.
std::vector<std::string> collect_unused(const std::vector<InputFile*>& files,
                                        const SymbolTable& symbols, const GarbageRoots& roots,
                                        const Options& options, const Say& say);

}  // namespace kbx::link
