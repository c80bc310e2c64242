#pragma once
#include <string>
#include <string_view>

#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

/// An expression as conf shows it: each symbol with its value of the moment, "FOO [=y] && BAR
/// [=n]".
std::string shown_expression(const Expression* expression, const Solver& solver);

/// The operands of `expression` between || whose value is `value`, a line each, below `title`; ""
/// if there is none.
std::string shown_alternatives(const Expression* expression, Tristate value, std::string_view title,
                               Solver& solver);

}  // namespace kbx::kconfig
