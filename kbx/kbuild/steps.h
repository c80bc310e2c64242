#pragma once
#include <string>
#include <vector>

#include "kbx/kbuild/plan.h"
#include "kbx/makelang/resolve.h"

namespace kbx::kbuild {

/// Redefines kbuild's helpers that run commands (`cmd`, `if_changed`, …, see
/// scripts/Kbuild.include) so that a recipe expands to a description of its commands. To be called
/// when all makefiles are read.
void describe_commands(makelang::Evaluation& evaluation);

/// The steps of a recipe that was expanded under describe_commands. Lines that do nothing (`:`,
/// `true`, `@:`) are left out.
std::vector<Step> steps_of(const std::vector<makelang::CommandLine>& lines);

}  // namespace kbx::kbuild
