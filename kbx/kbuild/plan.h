#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kbx/base/file.h"
#include "kbx/base/process.h"

namespace kbx::kbuild {

/// One command of an action: what `$(call cmd,NAME)` or one of its kin, or a plain recipe line,
/// comes to in the context of the target.
struct Step {
  /// What kbuild does after the command (scripts/Kbuild.include).
  enum class Save {
    nothing,       // $(call cmd,NAME), or a plain recipe line
    command,       // if_changed: the command text goes to the target's .cmd file
    dependencies,  // if_changed_dep, if_changed_rule: fixdep also writes what the .d file names to
                   // the .cmd file
  };
  std::string name;   // kbuild's name of the command, "cc_o_c"; "" for a plain recipe line
  std::string text;   // shell text, complete, never empty
  std::string quiet;  // kbuild's short form, "CC [M]  /m/a.o", or ""
  Save save = Save::nothing;
  bool ignore_errors = false;
};

enum class ActionKind {
  compile,    // a C source of the module to an object
  assemble,   // a .S source to an object
  composite,  // the -r link of several objects
  modpost,    // symbols of all modules; makes the .mod.c files and Module.symvers
  metadata,   // compiles NAME.mod.c or module-common.c
  module,     // the final link to NAME.ko, with BTF where the tree asks for it
  script,     // a linker script, preprocessed
  image,      // the final link of a kernel, a boot sector, a firmware
  host,       // programs for the machine that builds
  custom,     // any other rule, of the tree or of the driver
};

/// "compile", "assemble" and so on: what people, JSON and rule templates call a kind.
const char* kind_name(ActionKind kind);

/// What one rule does: the unit that becomes an edge of the Ninja graph. All paths are absolute and
/// normal.
struct Action {
  ActionKind kind = ActionKind::custom;
  std::vector<std::string> outputs;  // the first is $@
  std::vector<std::string>
      inputs;  // prerequisites that exist as files or are outputs of other actions
  std::vector<std::string> order_only;
  std::vector<Step> steps;  // run in this order by one shell with `set -e`
  std::string folder;       // working folder
  std::string target;    // $@ as kbuild writes it, for the .cmd file: may be relative to `folder`
  std::string depfile;   // what the compiler writes (absolute), or ""
  std::string dot_cmd;   // the target's .cmd file, or "" if no step saves anything
  int environment = -1;  // index into Plan::environments, or -1: the environment of kbx
  bool restat = false;   // outputs keep their times when nothing changed
  bool always = false;   // runs in every build (a phony target with a recipe)
  std::string module;    // base name of the module that it belongs to, or ""
};

struct Module {
  std::string name;                  // "kx" of kx.ko
  std::string ko;                    // absolute path of the result
  std::string object;                // absolute path of kx.o
  std::vector<std::string> objects;  // of a composite; else the one object
};

/// What a folder of images makes (rules/images.mk).
struct Image {
  std::string name;                  // "kernel.elf"
  std::string path;                  // absolute
  std::vector<std::string> objects;  // absolute, in the order of the link
  std::string map;                   // of the link, absolute; or ""
};

/// What a plan hangs on. It is stale as soon as one of these differs; nothing has to be evaluated
/// to see that.
struct Inputs {
  /// Files and folders that were read or looked for; without a stamp: was not there.
  std::vector<std::pair<std::string, std::optional<FileStamp>>> files;
  /// $(wildcard) patterns (absolute) and what they matched, outputs of the plan left out.
  std::vector<std::pair<std::string, std::vector<std::string>>> wildcards;
  /// Environment variables that were looked at, with their values; without value: was not set.
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;
};

/// How the tree's kbuild writes what other tools read.
struct Dialect {
  std::string saved_command_prefix = "cmd_";  // "savedcmd_" in newer trees
};

/// Everything that a build will do, as a plain value. Nothing after it evaluates make.
struct Plan {
  std::string release;  // of the kernel
  std::string arch;     // SRCARCH
  std::string objtree;  // kernel tree
  std::string source;   // the driver's folder as its author knows it
  std::string folder;   // the folder that kbuild was told as M=: `source`, or its shadow in the
                        // output folder
  Dialect dialect;
  std::vector<Module> modules;       // in the order of modules.order
  std::vector<Image> images;         // in the order in which they can be linked
  std::vector<Action> actions;       // an action comes after those whose outputs it needs
  std::vector<std::string> written;  // files that planning wrote: modules.order
  std::vector<std::string> goals;    // outputs wanted; empty: all
  std::vector<Environment> environments;
  std::string compiler;              // the tree's CC
  std::string linker;                // the tree's LD; "" if the caller named one
  std::string compiler_identity;     // changes when the compiler does
  std::string compiler_environment;  // what compilers read besides their command lines
  std::vector<std::string> notes;    // one-line remarks for the user
  Inputs inputs;
};

}  // namespace kbx::kbuild
