#pragma once
#include <string>

#include "kbx/kbuild/plan.h"
#include "kbx/ninja/layout.h"
#include "kbx/ninja/session.h"

namespace kbx::ninja {

/// Keeps in the state folder what the plan makes and which lists of symbols it reads.
void remember_results(const Layout& layout, const kbuild::Plan& plan);
/// Fills in what remember_results kept.
void recall_results(const Layout& layout, Outcome& outcome);

/// Puts modules and images into the output folder, each the same file under a second name or a
/// copy, and removes those that an earlier build put there and this one does not. Tells the outcome
/// which modules are others than before.
void publish_results(const Layout& layout, Outcome& outcome);
/// The same for Module.symvers and modules.order of `folder`, the driver's as kbuild knows it.
void publish_symbols(const Outcome& outcome, const std::string& folder);

}  // namespace kbx::ninja
