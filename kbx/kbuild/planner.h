#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kbuild/driver_config.h"
#include "kbx/kbuild/explain.h"
#include "kbx/kbuild/plan.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// What is asked of kbuild: the words of `make -C OBJTREE M=FOLDER VARIABLES… GOALS…`.
struct Request {
  std::string objtree;                 // absolute kernel tree
  std::string srctree;                 // where its top Makefile lies; may be another folder
  std::string source;                  // the driver's folder
  std::string folder;                  // value of M=; equal to `source` or its shadow
  std::vector<std::string> variables;  // "NAME=value" from the command line
  std::vector<std::string> goals = {"modules"};
  /// Makefile that takes the place of the kernel tree's, absolute: rules/images.mk for a folder of
  /// images, where all make processes run; "" for modules.
  std::string image_rules;
  bool own_linker = true;  // kbx's own links images
  DriverConfig config;     // the driver's own options
  /// Compilers are told to write `source` where they would write `folder`.
  bool map_paths = false;
  std::string flags;  // MAKEFLAGS without variables, as make writes it
  int level = 0;      // MAKELEVEL
  Environment environment;
  std::string make_command;  // what $(MAKE) is in recipes
  /// Runs $(shell) commands; null: a shell, each time. kbx::kbuild::probing_shell remembers the
  /// tree's probes.
  std::function<makelang::ShellResult(const makelang::ShellCall&)> shell;
  /// The programs that the commands so far ran, for what is remembered of them.
  std::function<std::set<std::string>()> programs;
  /// Folder in which evaluated trees are remembered; "" for nowhere.
  std::string tree_cache;
  /// Where $(info) and $(warning) go.
  std::function<void(makelang::Stream, std::string_view)> print;
  /// True for files that an earlier build made: an evaluation sees the folder as if they were not
  /// there.
  std::function<bool(const std::string& path)> is_output;
  /// Called once with each folder that outputs will be in, before anything is written there.
  std::function<void(const std::string& folder)> make_room;
};

/// Why a file is made as it is.
struct Explanation {
  Plan plan;
  Action action;
  std::vector<WordOrigin> words;  // of the action's first step
};

/// Evaluates the kernel tree's own Makefiles, or the rules for images, and the driver's Kbuild
/// files and gives the plan. Throws Error with the place in the Makefile.
Plan make_plan(const Request& request);

/// Plans, and tells of one output where the words of its command come from. Throws Error if nothing
/// makes it.
Explanation explain(const Request& request, const std::string& output);

}  // namespace kbx::kbuild
