#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::ninja {

/// How a tree's scripts/basic/fixdep writes what make and modpost read.
struct FixdepDialect {
  std::string saved_command_prefix = "savedcmd_";
  /// include/config/foo/bar.h instead of include/config/FOO_BAR.
  bool lower_case_config_headers = false;
  /// Names each file once, knows comments in the .d file, still lists autoksyms.h, and leaves what
  /// rustc makes unread.
  bool names_files_once = true;
};

/// The dialect of the kernel tree at `objtree`, told from what lies there: include/config/modules.h
/// for the older names; the new reading of .d files came with the prefix "savedcmd_".
FixdepDialect probe_fixdep(const std::string& objtree, const std::string& saved_command_prefix);

/// The prefix that the scripts of a tree use, for a fixdep that was started by them.
std::string probe_saved_command_prefix(const std::string& objtree);

/// The text of a .cmd file: the saved command, the source, and with `scan_configs` which
/// CONFIG_ symbols each of the files mentions. `command` is escaped already (escape_command).
/// Names in `depfile` are as seen from the current folder. Nothing if `depfile` has no rule.
/// Throws Error if a named file cannot be read.
std::optional<std::string> fixdep_text(std::string_view depfile, const std::string& target,
                                       std::string_view command, const FixdepDialect& dialect,
                                       bool scan_configs);

/// $(make-cmd) of scripts/Kbuild.include: `command` as the value of a make variable.
std::string escape_command(std::string_view command);

/// The prerequisites in a .d file of gcc or clang, in their true names.
std::vector<std::string> depfile_inputs(std::string_view depfile);

/// A .d file that says that `output` hangs on `inputs`, in the quoting that Ninja reads.
std::string depfile_text(const std::string& output, const std::vector<std::string>& inputs);

}  // namespace kbx::ninja
