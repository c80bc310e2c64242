#pragma once
#include <string>
#include <vector>

#include "kbx/link/options.h"

namespace kbx::link::command {

/// What a command line asks for.
struct Request {
  Options options;
  std::string shown;                  // to be printed on standard output before all else
  bool is_done = false;               // nothing is to be linked: --help, -v alone and the like
  std::vector<std::string> messages;  // "warning: …", to be printed behind the program's name
  bool failed = false;                // whatever the link gives, the status is 1
};

/// Reads a command line of GNU ld, without the program's name; that is `program`, for messages, and
/// `own_version` is what --version tells of kbx. Response files are read, and of other files is
/// seen whether they exist. Throws Error for what GNU ld refuses.
Request parse(const std::string& program, const std::string& own_version,
              const std::vector<std::string>& arguments);

}  // namespace kbx::link::command
