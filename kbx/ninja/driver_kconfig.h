#pragma once
#include <memory>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kbuild/driver_config.h"
#include "kbx/kconfig/driver_files.h"
#include "kbx/kconfig/driver_options.h"
#include "kbx/kernel/tree.h"

namespace kbx::ninja {

/// Where the configuration of one driver for one build lies.
struct ConfigPlace {
  std::string file;     // its .config, which need not be there
  std::string made;     // folder of what is made of it (kconfig::DriverFiles)
  bool chosen = false;  // the user named the folder of .config
};

/// The places for a driver's folder, whose outputs lie in `out`. `chosen` is the folder that the
/// user named for .config; "" is the one in the output folder. A build of several folders has a
/// place for each.
ConfigPlace config_place(const std::string& out, const std::string& chosen,
                         const std::string& source, bool several);

/// A driver for which a plan is made.
struct ConfiguredDriver {
  const std::string& source;
  const kernel::Tree* tree;  // null for an image's folder, which has no kernel
  const Environment& environment;
  const std::vector<std::string>& variables = {};  // NAME=value of the command line
};

/// The options of a driver on top of the kernel's. Throws Error for faults of the Kconfig;
/// `files_read` then has the files that it hangs on.
std::unique_ptr<kconfig::DriverOptions> driver_options(
    const ConfiguredDriver& driver, std::vector<std::string>* files_read = nullptr);

/// Reads the driver's .config, writes what a build reads of it, and tells the planner. Throws
/// Error.
///
/// A Kconfig with faults is left out, with a note, as long as nobody has configured the driver and
/// it has never been read before: many a driver carries the one that it has within a kernel tree,
/// which kbuild never reads here. The fault is kept for a driver that declares nothing without it.
kbuild::DriverConfig configure(const ConfiguredDriver& driver, const ConfigPlace& place);

}  // namespace kbx::ninja
