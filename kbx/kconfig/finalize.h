#pragma once
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Completes a parsed model: each entry and property gets the conditions of what lies around it,
/// selects reach what they select, entries that depend on the one before become its children, and
/// "if" blocks dissolve. Warns about what makes no sense.
void finalize(Model& model, const Console& console);

}  // namespace kbx::kconfig
