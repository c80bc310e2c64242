#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/tree.h"

namespace kbx::dkms {

/// A driver with a dkms.conf, to be built for one kernel.
struct Request {
  std::string source;  // the driver's folder, absolute; it stays as it is
  kernel::Tree tree;
  std::string out;                     // where the modules shall lie, absolute
  int jobs = 0;                        // -j for commands that begin with make; 0: one per processor
  bool verbose = false;                // what commands say goes to standard output, not to the log
  std::vector<std::string> variables;  // NAME=value, put behind a command that begins with make
  Environment environment;  // of the commands: in its PATH is the make that they are to use
};

/// What became of it.
struct Result {
  enum class Outcome { built, skipped, failed } outcome = Outcome::failed;
  std::vector<std::string> modules;  // the .ko that were made, absolute
  std::string reason;                // why it was skipped, or what failed
  std::string log;                   // what the commands said, absolute; "" if none ran
  std::vector<std::string> notes;
};

/// How `uname -m` calls the machines of a tree: "x86_64" for "x86".
std::string machine_name(const kernel::Tree& tree);

/// Does what `dkms build` does, in a copy of the driver's folder below `out`: patches, PRE_BUILD,
/// CLEAN, MAKE, strip, POST_BUILD. Throws Error where the dkms.conf or a folder is not usable; a
/// command that fails is a Result.
Result build(const Request& request);

}  // namespace kbx::dkms
