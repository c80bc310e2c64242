#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "kbx/ninja/export_check.h"
#include "kbx/ninja/fixdep.h"

namespace kbx::ninja {

/// What is to be done after a compiler wrote an object. Empty names leave their part out.
struct ObjectStep {
  std::string object;         // for the export checks
  std::string target;         // the object as kbuild names it
  std::string depfile;        // what the compiler wrote; removed at the end
  std::string ninja_depfile;  // what Ninja shall read instead, with absolute names
  std::string cmd_file;       // the .cmd file to write
  std::string command_file;   // holds the command text for it
  FixdepDialect dialect;
  bool light = false;                       // no CONFIG_ scan
  std::string options;                      // folder of the driver's own options, or ""
  std::string shadow;                       // that a launcher hid the name of (launcher.h), or ""
  std::optional<ExportCheck> tell_exports;  // answer whether the object exports symbols
  bool check_local_export = false;          // refuse exported symbols that are static
};

/// Exit statuses of `kbx step object`.
constexpr int step_done = 0;  // and with tell_exports: the object exports symbols
constexpr int step_failed = 1;
constexpr int step_exports_nothing = 10;

/// Does the work; messages for the user go to standard error. Names are as seen from the current
/// folder, which the compiler ran in. Throws Error.
int run_object_step(const ObjectStep& step);

/// scripts/check-local-export of the kernel: the messages for exported symbols that are static,
/// one a line, empty if all is well.
std::string local_export_errors(std::string_view content, const std::string& path);

/// `path` as seen from `folder`, absolute and without "..": Ninja takes ".." pairs away without
/// looking, which goes wrong behind a symbolic link.
std::string path_for_ninja(const std::string& path, const std::string& folder);

}  // namespace kbx::ninja
