#pragma once
#include <memory>
#include <string>
#include <vector>

#include "kbx/cli/options.h"
#include "kbx/ninja/driver_kconfig.h"

namespace kbx::cli {

/// A driver's options, and where their values lie: what kbx config and kbx menuconfig work on.
struct DriverConfigJob {
  std::unique_ptr<kconfig::DriverOptions> options;  // nothing is read of `place` yet
  ninja::ConfigPlace place;
};

/// The words of a command line that say which driver, kernel and configuration are meant.
struct DriverConfigWords {
  std::string folder = ".";
  std::vector<std::string> kernel;
  std::string out;
  std::string config;

  /// --kernel, --out, --config
  void add_to(CLI::App& app);
  DriverConfigJob job() const;
};

/// Writes the .config; false if it was there like that. Throws Error if the options cannot be so.
bool write_config(DriverConfigJob& job);

/// The same, and tells where it is.
void save(DriverConfigJob& job);

}  // namespace kbx::cli
