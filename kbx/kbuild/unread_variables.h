#pragma once
#include <string>
#include <vector>

#include "kbx/kbuild/refusals.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// Remarks on variables of a folder of images that are most likely misspelt, as no rule reads them:
/// `ccflag-y`, or CFLAGS_NAME.o where there is no NAME.o but one with almost that name. What has
/// another name may be the folder's own. `evaluation` has read rules/images.mk.
std::vector<std::string> unread_variables(const makelang::Evaluation& evaluation,
                                          const DriverFolders& folders);

}  // namespace kbx::kbuild
