#pragma once
#include <string>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// All that is known of an option: its help, type, prompts, conditions and relations.
std::string help_text(const Menu& menu, Model& model, Solver& solver,
                      const Environment& environment, const Console& console);

}  // namespace kbx::kconfig
