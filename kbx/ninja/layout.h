#pragma once
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/kernel/tree.h"

namespace kbx::ninja {

/// Where the things that belong to one build lie. All absolute.
struct Layout {
  std::string state;             // the graph and what belongs to it
  std::string ninja;             // where Ninja works and keeps its logs; "": in `state`
  std::string cell;              // of a matrix; Ninja's words about commands begin with it
  std::string kbx;               // the kbx program, for the steps of edges
  std::string rules_folder;      // rule templates that take the place of the built-in ones, or ""
  bool tree_programs = false;    // the tree's own programs run, not kbx's own
  std::string linker;            // the command that kbx's own linker takes the place of, or ""
  std::string template_cache;    // for templates of metadata objects; "": a compiler makes those
  kernel::Tree tree;             // empty for images
  bool light_cmd_files = false;  // no CONFIG_ scan, and .cmd files only beside compiled objects
  bool removes_stale_outputs = true;  // what the plan no longer makes goes; make leaves it
  std::string options;                // folder of the driver's own options, or ""
  std::string compile_commands;       // compile_commands.json to write, or ""
  std::string launcher;               // runs compilers; words of a shell, or ""
  std::string shadow;                 // the root of what outputs lie in, or ""
  /// What an action says: one line without the way to the driver, or every line that make prints.
  enum class Lines { short_one, of_make, of_make_with_commands } lines = Lines::short_one;

  /// The folder where Ninja works.
  const std::string& ninja_folder() const { return ninja.empty() ? state : ninja; }
  std::string file(std::string_view name) const { return join_path(state, name); }
};

/// How to run.
struct RunOptions {
  int jobs = 0;              // 0: as many as Ninja thinks right
  bool keep_going = false;   // go on after a failure as far as possible
  bool always_make = false;  // everything is made again
  bool verbose = false;      // whole commands
  bool quiet = false;        // only what compilers and checkers say
  Environment environment;   // of commands, besides that of kbx
  /// A status line that is overwritten; else one line per command. Ask isatty(3).
  bool terminal = false;
  std::FILE* output = stdout;
  std::FILE* errors = nullptr;  // for what compilers and the tree's programs say; null: `output`
  std::string make;             // for the line that make prints of a failure: "make[1]"; "": none
  std::function<void()> starting;  // called before anything is said
};

}  // namespace kbx::ninja
