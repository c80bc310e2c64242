#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/kbuild/plan.h"
#include "kbx/kbuild/refusals.h"
#include "kbx/makelang/evaluation.h"

/// What a driver's own configuration means to the processes that read its makefiles.
namespace kbx::kbuild {

/// A driver's configuration as files (kconfig::DriverFiles). All empty if the driver has none.
struct DriverConfig {
  std::string definitions;  // makefile to read behind the kernel's auto.conf
  std::string header;       // for sources, behind the kernel's autoconf.h
  /// The driver's options by full name (CONFIG_X), with the place of each in the Kconfig.
  std::map<std::string, Location, std::less<>> options;
  Inputs inputs;                   // that the configuration hangs on
  std::vector<std::string> notes;  // for the user
  std::optional<Error> fault;      // why a configuration that is there was left out

  bool is_there() const { return !definitions.empty(); }
};

/// True if the evaluation has read a makefile of the driver.
bool reads_driver(const makelang::Evaluation& evaluation, const DriverFolders& driver);

/// Sources get the header with the driver's options.
void include_header(makelang::Evaluation& evaluation, const DriverConfig& config);

/// Throws Error, with the makefile's line, for objects that `obj-$(CONFIG_X)` would build into an
/// image, of which a folder of modules has none. kbuild compiles them, if anything, and links them
/// nowhere.
void refuse_built_in(const makelang::Evaluation& evaluation, const DriverFolders& driver,
                     const DriverConfig& config);

}  // namespace kbx::kbuild
