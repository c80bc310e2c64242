#pragma once
#include <cstdint>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// What symbols get of which nothing is said.
enum class NewValue : std::uint8_t { by_default, yes, mod, no, random };

/// Seeds rand(3) from KCONFIG_SEED, else from the time, and prints the seed.
void seed_random(const Dialect& dialect, const Environment& environment, const Console& console);

/// Gives every bool and tristate without a value one. Random ones are drawn by rand(3) in the order
/// in which conf draws them, with the chances of KCONFIG_PROBABILITY.
void set_new_symbols(Solver& solver, NewValue value, const Environment& environment,
                     const Console& console);

/// Every tristate that the user has set to `from` is set to `to`.
void rewrite_tristates(Solver& solver, Tristate from, Tristate to);

}  // namespace kbx::kconfig
