#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "kbx/link/options.h"

namespace kbx::link {

/// What the linker says besides its error, a line at a time and with the program's name where it
/// has one.
struct Say {
  std::function<void(const std::string& line)> warn;   // to standard error, "ld: warning: …"
  std::function<void(const std::string& line)> print;  // to standard output: a traced file, a table

  void operator()(const std::string& line) const { warn(line); }
};

/// Whether links for this emulation (ld -m) are held against GNU ld's for the very machine
/// (docs/conformance.md); others follow the same rules, but nothing shows that they are enough.
bool is_proved_for(std::string_view emulation);

/// Links as `options` tell and writes the output: whole and under its final name, or not at all;
/// what is no regular file (a FIFO, /dev/null) is written into, never replaced. Gives what GNU ld
/// 2.40 would give, but for what docs/differences.md lists. The result does not depend on the
/// number of threads. False if there is no output because --fatal-warnings made a warning an error;
/// a file of that name is to be removed then. Throws Error if the link fails. `written` is called
/// when all is written, while the link's memory is still held: a process that ends there has no
/// need to give it back piece by piece. `options.output` becomes the name that a script gives the
/// output.
bool link(Options& options, const Say& say, const std::function<void()>& written = {});

}  // namespace kbx::link
