#pragma once
#include <string>

#include "kbx/kbuild/plan.h"
#include "kbx/kbuild/planner.h"
#include "kbx/ninja/part.h"

namespace kbx::ninja {

/// Makes the plan of a part; its shadow is brought up to date for it. What makefiles print on the
/// way is passed on. Throws PlanError.
kbuild::Plan plan_part(const Job& job, const Part& part);

/// A plan that makes nothing is no fault, as a kernel may lack what obj-$(CONFIG_X) asks for; but
/// most often the folder's makefile is only an outer one.
void note_if_empty(kbuild::Plan& plan, const Part& part);

/// Plans a part and tells which lines of its makefiles make `output` (absolute) what it is. Throws
/// PlanError.
kbuild::Explanation explain_part(const Job& job, const Part& part, const std::string& output);

}  // namespace kbx::ninja
