#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/kbuild/plan.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// How long the action that makes an output took last time, in milliseconds.
using Durations = std::map<std::string, std::int64_t, std::less<>>;

/// build.ninja and the files that its commands read.
struct Manifest {
  std::string text;
  std::vector<std::pair<std::string, std::string>> files;  // absolute path, content
  bool has_response_files = false;
};

/// The graph for `plan`. Reads the rule templates and, for actions without a known duration, the
/// sizes of their sources. Throws Error if a template folder lacks sense.
Manifest make_manifest(const kbuild::Plan& plan, const Layout& layout, const Durations& durations);

/// Only the text of build.ninja, with nothing known of earlier runs.
std::string ninja_text(const kbuild::Plan& plan, const Layout& layout);

/// The file of the state folder with what Ninja's own environment has to have besides kbx's, so
/// that no command need set it.
constexpr std::string_view common_environment_file = "env/common";
/// Its content: NAME=VALUE, a NUL byte, and so on.
std::string environment_block(const Environment& environment);
Environment read_environment_block(std::string_view text);

/// `path` in the place of a path of a build statement.
std::string escape_path(std::string_view path);
/// `text` as the value of a variable. It must have no line breaks.
std::string escape_value(std::string_view text);

/// What Ninja says of a command whose graph is a part of a bigger one.
struct Told {
  std::string cell;    // Layout::cell
  std::string output;  // the first of the command's
  std::string text;    // for people, or "-"
};
std::string write_told(const Told& told);
/// Nothing for a text that write_told does not give.
std::optional<Told> read_told(std::string_view text);

/// The file of the state folder that is made when all of a cell of a matrix is.
constexpr std::string_view end_of_cell = "end";

/// The line for people that `action` shows: "CC [M]  a.o", or "-".
std::string short_text(const kbuild::Action& action, const kbuild::Plan& plan);

/// All lines that make prints of `action`, as Output takes them: kbuild's short forms, or the
/// commands (V=1).
std::string make_text(const kbuild::Action& action, bool with_commands);

/// The step whose command ends up in the .cmd file; the first if none does.
const kbuild::Step& main_step(const kbuild::Action& action);

}  // namespace kbx::ninja
