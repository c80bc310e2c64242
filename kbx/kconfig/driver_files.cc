// What a build reads of a driver's configuration.
//
// The kernel's auto.conf and autoconf.h stay where they are; a driver's come behind them. An option
// that the kernel has too is taken back first, so that here the driver's value counts, n included.
// A text has no quotes in auto.conf, as in kernels since 5.18.

#include "kbx/kconfig/driver_files.h"

#include <algorithm>

#include "kbx/base/file.h"
#include "kbx/kconfig/option_text.h"

namespace kbx::kconfig {
namespace {

constexpr std::string_view prefix = "CONFIG_";
constexpr std::string_view remark = "Options of a driver, on top of the kernel's. Made by kbx.";

/// Files of options that are no more.
void remove_others(const DriverOptions& options, const DriverFiles& files) {
  for (const std::string& name : list_folder(join_path(files.folder, "options")))
    if (!options.find(name)) remove_file(files.option(name));
}

/// Only the time and the presence of these files count, so that one that was left half-written does
/// no harm, and there may be thousands: nothing is written aside and renamed.
void write_option(const std::string& file, const std::string& macro) {
  if (read_file_if_present(file) != macro) overwrite_file(file, macro);
}

}  // namespace

void write_driver_files(DriverOptions& options, const DriverFiles& files) {
  Solver& solver = options.solver();
  const KernelOptions& kernel = options.from().kernel;
  std::string definitions = "# " + std::string(remark) + "\n";
  std::string header = "/* " + std::string(remark) + " */\n";
  std::string names;
  make_folders(join_path(files.folder, "options"));
  for (const Symbol* symbol : options.options()) {
    const std::string name(symbol->name);
    const bool counts = solver.value(*symbol).is_written;
    const std::string definition = counts ? auto_conf_line(*symbol, solver, prefix) : "";
    const std::string macro = counts ? header_line(*symbol, solver, prefix) : "";
    if (kernel.find(name)) {
      if (definition.empty()) definitions += "CONFIG_" + name + "=\n";
      header += "#undef CONFIG_" + name + "\n#undef CONFIG_" + name + "_MODULE\n";
    }
    definitions += definition;
    header += macro;
    names += name + "\n";
    write_option(files.option(name), macro);
  }
  remove_others(options, files);
  write_file_if_changed(files.auto_conf(), definitions);
  write_file_if_changed(files.header(), header);
  write_file_if_changed(files.names(), names);
}

}  // namespace kbx::kconfig
