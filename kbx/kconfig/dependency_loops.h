#pragma once
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Looks for symbols that depend on themselves, and tells each loop, symbol by symbol. True if
/// there is none.
bool check_dependency_loops(const Model& model, const Console& console);

}  // namespace kbx::kconfig
