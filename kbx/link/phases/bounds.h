#pragma once
#include <vector>

#include "kbx/link/layout/final_layout.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// Symbols that stand for bounds of what is linked, and are there only if something refers to them:
/// __start_NAME and __stop_NAME of each section whose name is one in C, .startof.NAME and
/// .sizeof.NAME of any, and __ehdr_start, the ELF header in memory.
class Bounds {
 public:
  /// Defines those that are referred to, when all inputs are open and before garbage is collected.
  void define(LinkState& state);

  /// Gives them their values. Addresses must be final.
  void settle(LinkState& state, const FileLayout& layout);

 private:
  enum class Kind { start, stop, size };
  struct Bound {
    Symbol* symbol;
    std::string_view section;
    Kind kind;
  };

  void look_for(LinkState& state, std::string_view prefix, InputSection& section, Kind kind);

  std::vector<Bound> bounds_;
  Symbol* header_ = nullptr;
};

}  // namespace kbx::link
