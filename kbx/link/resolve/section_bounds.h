#pragma once
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// __start_NAME and __stop_NAME of a final link, which nobody defines: where the output section
/// NAME starts and ends, if NAME could be a name in C and an input section has it.
class SectionBounds {
 public:
  /// When all names are known, before garbage is collected: defines the names at the first section
  /// of the name. Gives those of which shared objects know, so that .dynsym has to have them.
  std::vector<Symbol*> define(const std::vector<InputFile*>& files, const SymbolTable& symbols,
                              const Options& options);
  /// When every section has its output section: names without a section NAME in an output section
  /// NAME are undefined again.
  void place();
  /// When the sizes are final.
  void finish();

 private:
  struct Bound {
    Symbol* symbol = nullptr;
    bool is_end = false;
    bool was_weak = false;
    std::vector<InputSection*> sections;  // of the name
  };
  std::vector<Bound> bounds_;
};

}  // namespace kbx::link
