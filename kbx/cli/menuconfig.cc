#include <iostream>

#include <unistd.h>

#include "kbx/cli/commands.h"
#include "kbx/cli/driver_config.h"
#include "kbx/menu/menu.h"

namespace kbx::cli {

int menuconfig_command(const std::vector<std::string>& arguments) {
  CLI::App app("Shows the options of a driver (Kconfig) on the whole screen, to be changed there.",
               "kbx menuconfig");
  set_help(app,
           {"[OPTION...] [FOLDER]", "kbx menuconfig\nkbx menuconfig -K 6.1.0-56-amd64 driver"});
  DriverConfigWords words;
  app.add_option("FOLDER", words.folder, "the driver's folder (default: this one)");
  words.add_to(app);
  if (const auto status = parse(app, arguments)) return *status;
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0)
    throw UsageError("kbx menuconfig needs a terminal, and this is none",
                     "kbx config --set, --unset, --default and --all-modules work without one");
  DriverConfigJob job = words.job();
  job.options->read(job.place.file);
  const bool kept = menu::run(*job.options, [&job] { write_config(job); });
  std::cerr << job.options->take_messages();
  std::cout << (kept ? "" : "not saved: ") << shown_path(job.place.file) << "\n";
  return 0;
}

}  // namespace kbx::cli
