#pragma once
#include <string>
#include <string_view>

#include "kbx/base/path.h"
#include "kbx/kconfig/driver_options.h"

namespace kbx::kconfig {

/// What a build reads of a driver's configuration: one folder per build.
struct DriverFiles {
  std::string folder;

  /// For makefiles, on top of the kernel's file of that name.
  std::string auto_conf() const { return join_path(folder, "auto.conf"); }
  /// For sources, to be included behind the kernel's file of that name.
  std::string header() const { return join_path(folder, "autoconf.h"); }
  /// Changes when the value of this option does; stands in for the header as a dependency of what
  /// reads the option.
  std::string option(std::string_view name) const {
    return join_path(folder, "options/" + std::string(name));
  }
  /// The names of all options, a line each; changes when one is added or goes.
  std::string names() const { return join_path(folder, "names"); }
};

/// Brings the files up to date. Each is written only if it gets another content. Throws Error.
void write_driver_files(DriverOptions& options, const DriverFiles& files);

}  // namespace kbx::kconfig
