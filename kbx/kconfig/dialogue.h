#pragma once
#include <cstdint>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

enum class Questions : std::uint8_t {
  all,        // every option, then those that became visible meanwhile
  new_only,   // options that have no value
  list,       // print names and values of new options
  list_help,  // print the help of new options
};

/// Asks for values line by line, until no option is new. `echo`: answers are printed, since no
/// terminal does it.
void ask(Model& model, Solver& solver, Questions questions, const Environment& environment,
         const Console& console, bool echo);

}  // namespace kbx::kconfig
