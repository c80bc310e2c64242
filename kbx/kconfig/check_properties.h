#pragma once
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Warns about properties of the symbol of `menu` that do not fit its type or each other.
void check_properties(const Menu& menu, const Model& model, const Console& console);

/// Tells, where a choice is a menu, what its members may not have. True if there was nothing.
bool check_choice_members(const Menu& choice, const Model& model, const Console& console);

/// Tells if a transitional symbol has more than a type and a help text. True if it has not.
bool check_transitional(const Menu& menu, const Model& model, const Console& console);

}  // namespace kbx::kconfig
