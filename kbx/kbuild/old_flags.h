#pragma once
#include <string>
#include <vector>

#include "kbx/kbuild/refusals.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// EXTRA_CFLAGS and kin were dropped from kbuild in Linux 6.15, without a word when a driver sets
/// them. Where the tree's Makefiles do not read what the driver has set, it is added to the
/// variable that took its place. Gives a note for each.
std::vector<std::string> keep_old_flags(makelang::Evaluation& evaluation,
                                        const DriverFolders& driver);

}  // namespace kbx::kbuild
