#pragma once
#include <string>

#include "kbx/base/process.h"
#include "kbx/kconfig/changed_input.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/read_config.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// The text of a .config with all options of now. `changed` looks at each.
std::string config_text(Solver& solver, const Environment& environment, ChangedInput& changed);
/// The text of a configuration with what differs from the defaults.
std::string defconfig_text(Solver& solver, const Environment& environment, ChangedInput& changed);

/// Writes .config aside and moves it into its place; what was there becomes .config.old. A file
/// that would be the same stays. False if that is not possible; why is told.
bool write_config(Solver& solver, const Environment& environment, const Console& console,
                  const Notice& notice);
/// Writes what --savedefconfig gives. False if that is not possible.
bool write_defconfig(const std::string& file, Solver& solver, const Environment& environment,
                     const Console& console);

}  // namespace kbx::kconfig
