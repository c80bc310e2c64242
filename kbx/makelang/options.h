#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/process.h"

namespace kbx::makelang {

/// What the command line and MAKEFLAGS ask for (GNU make manual, "Summary of Options").
struct Options {
  bool always_make = false;                  // -B
  bool debug = false;                        // -d
  bool environment_overrides = false;        // -e
  bool usage = false;                        // -h
  bool ignore_errors = false;                // -i
  bool keep_going = false;                   // -k, -S
  bool check_symlinks = false;               // -L
  bool just_print = false;                   // -n
  bool print_data_base = false;              // -p
  bool question = false;                     // -q
  bool no_built_in_rules = false;            // -r
  bool no_built_in_variables = false;        // -R
  bool silent = false;                       // -s, --no-silent
  bool touch = false;                        // -t
  bool version = false;                      // -v
  bool trace = false;                        // --trace
  bool warn_undefined = false;               // --warn-undefined-variables
  bool print_directory = false;              // -w
  bool no_print_directory = false;           // --no-print-directory
  std::optional<int> jobs;                   // -j; 0 is without limit
  std::optional<double> max_load;            // -l; negative is without limit
  std::string output_sync;                   // -O: "", none, line, target or recurse
  std::string jobserver;                     // --jobserver-auth
  std::string sync_mutex;                    // --sync-mutex
  std::vector<std::string> evals;            // --eval
  std::vector<std::string> folders;          // -C, in order
  std::vector<std::string> makefiles;        // -f
  std::vector<std::string> include_folders;  // -I
  std::vector<std::string> old_files;        // -o
  std::vector<std::string> new_files;        // -W
  std::vector<std::string> debug_flags;      // --debug
  std::vector<std::string> variables;        // NAME=value and its kin, in order
  std::vector<std::string> goals;
};

/// A command line that make refuses. `usage` says whether the usage text follows the message; an
/// empty message was printed by the option parser already.
struct OptionError {
  std::string message;
  bool usage = false;
};

/// Adds the command line `arguments` (without the program's name) to `options`. Messages about
/// unknown options go to standard error under `program`, as getopt_long(3) writes them.
std::optional<OptionError> add_command_line(Options& options, const std::string& program,
                                            const std::vector<std::string>& arguments);

/// Adds the value of MAKEFLAGS or GNUMAKEFLAGS to `options`. What is not understood is passed over;
/// goals are not accepted here (manual, "Communicating Options to a Sub-make").
std::optional<OptionError> add_flags_text(Options& options, std::string_view text);

/// The option part of MAKEFLAGS. While makefiles are read make shows plain switches only;
/// afterwards `all`, those with arguments too.
std::string compose_flags(const Options& options, bool all);

/// True if a command-line word is a variable definition and not a goal.
bool is_variable_definition(std::string_view word);

/// A file name as given on the command line: ~ expanded, "./" in front removed.
std::string command_line_file(std::string_view name, const Environment& environment);

/// What -h prints, and what follows the message about a wrong option.
std::string usage_text(const std::string& program);

/// What -v prints.
std::string version_text();

}  // namespace kbx::makelang
