#pragma once
#include <string>
#include <string_view>

#include "kbx/makelang/state.h"

namespace kbx::makelang {

/// The variables of the command line with their values, as MAKEFLAGS lists them: last one first.
std::string quote_command_variables(EvaluationState& state);
/// The flags as $(MAKEFLAGS) shows them while makefiles are read: options without an argument.
std::string reading_flags(std::string_view flags);
/// What stands before the variables in a value of MAKEFLAGS.
std::string option_part(std::string_view flags);
/// Defines MAKEFLAGS and MFLAGS; `with_variables` adds the variables of the command line.
void define_flags(EvaluationState& state, std::string_view flags, bool with_variables);

/// Evaluation::recipe_environment.
Environment make_recipe_environment(EvaluationState& state, const Scope* scope);

}  // namespace kbx::makelang
