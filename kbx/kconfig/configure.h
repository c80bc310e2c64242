#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "kbx/base/process.h"
#include "kbx/kconfig/console.h"
#include "kbx/kconfig/dialect.h"
#include "kbx/kconfig/macros.h"
#include "kbx/kconfig/new_values.h"

/// The whole way of conf: Kconfig files and a configuration are read, a new configuration is made
/// and written.
namespace kbx::kconfig {

enum class Mode : std::uint8_t {
  ask_all,       // --oldaskconfig
  ask_new,       // --oldconfig
  sync,          // --syncconfig
  from_file,     // --defconfig
  save_minimal,  // --savedefconfig
  all_no,
  all_yes,
  all_mod,
  all_default,
  random,
  list_new,
  help_new,
  complete,  // --olddefconfig
  yes_to_mod,
  mod_to_yes,
  mod_to_no,
};

struct Request {
  Mode mode = Mode::ask_all;
  std::string kconfig;              // the first file
  std::string file;                 // of --defconfig and --savedefconfig
  std::optional<std::string> seed;  // what --all*config begins with, not KCONFIG_ALLCONFIG
  bool silent = false;
  bool sync = false;  // auto.conf is brought up to date
};

/// Does it; the exit status. What goes wrong is told on `console`. `terminal`: someone sits there.
int configure(const Request& request, const Dialect& dialect, const Environment& environment,
              const Shell& shell, const Console& console, bool terminal);

}  // namespace kbx::kconfig
