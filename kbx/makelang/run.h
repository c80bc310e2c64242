#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"

namespace kbx::makelang {

/// `make` itself: reads the command line as GNU make does (manual, "Summary of Options"), MAKEFLAGS
/// from the environment included, reads the makefiles, remakes them if they have rules, and brings
/// the goals up to date with parallel jobs and the jobserver protocol. Messages are GNU make's,
/// word for word. `arguments` come after the program's name; `make_command` is what $(MAKE) expands
/// to. Gives make's exit status: 0, 1 (-q: out of date) or 2 (errors, already printed).
int run_make(const std::vector<std::string>& arguments, const Environment& environment,
             const std::string& make_command);

/// How make calls itself in messages: "make", or "make[LEVEL]" where a make called it.
std::string program_name(int level);

}  // namespace kbx::makelang
