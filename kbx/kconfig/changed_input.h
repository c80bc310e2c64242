#pragma once
#include <string>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// Values that the user gave and that did not come to be: collected while a configuration is made,
/// told once it is written. Only with KCONFIG_WARN_CHANGED_INPUT, and Dialect::tells_changed_input.
class ChangedInput {
 public:
  ChangedInput(const Solver& solver, const Environment& environment);

  /// Looks at a symbol whose value is computed.
  void look_at(const Symbol& symbol);
  /// Tells what was found, if anything was.
  void tell(const Console& console) const;

 private:
  const Solver& solver_;
  std::string prefix_;
  std::string lines_;
  bool is_wanted_;
};

}  // namespace kbx::kconfig
