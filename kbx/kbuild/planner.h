#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kbuild/plan.h"

namespace kbx::kbuild {

/// What is asked of kbuild: the words of `make -C OBJTREE M=FOLDER VARIABLES… GOALS…`.
struct Request {
  std::string objtree;                 // absolute kernel tree
  std::string source;                  // the driver's folder
  std::string folder;                  // value of M=; equal to `source` or its shadow
  std::vector<std::string> variables;  // further "NAME=value" from the command line
  std::vector<std::string> goals = {"modules"};
  std::string flags;  // single-letter options for MAKEFLAGS, e.g. "k"
  Environment environment;
  std::string make_command;  // what $(MAKE) is in recipes
};

/// Evaluates the kernel tree's own Makefiles and the driver's Kbuild files and gives the plan.
/// Throws Error with the place in the Makefile.
Plan make_plan(const Request& request);

}  // namespace kbx::kbuild
