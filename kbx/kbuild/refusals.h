#pragma once
#include <string>

#include "kbx/base/path.h"
#include "kbx/makelang/evaluation.h"

/// What the planner says where make would end with an error: found while the plan is made, told
/// with the line of the driver's makefile that is to be corrected.
namespace kbx::kbuild {

/// Where the driver lies, as the makefiles see it and as its author knows it.
struct DriverFolders {
  std::string folder;
  std::string source;

  bool contain(const std::string& path) const {
    return is_below(path, folder) || is_below(path, source);
  }
};

/// Throws for a makefile that is included, is not there, and has no rule: GNU make ends here
/// (manual, "Including Other Makefiles").
void refuse_missing_includes(const makelang::Evaluation& evaluation, const DriverFolders& driver);

/// Throws for a target that is not there and that no rule makes.
[[noreturn]] void refuse_without_rule(const makelang::Evaluation& evaluation,
                                      const DriverFolders& driver, const std::string& target,
                                      const std::string& needed_by);

}  // namespace kbx::kbuild
