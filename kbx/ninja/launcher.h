#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kbuild/plan.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// What a launcher did in a run.
struct LaunchFigures {
  std::string launcher;  // "ccache"
  size_t compiles = 0;   // that it was given
  size_t served = 0;     // of these: answered from its cache, or run on other machines
  bool distributes = false;

  bool operator==(const LaunchFigures&) const = default;
  /// "ccache had 14 of 16 compiles", "distcc sent 14 of 16 compiles to other machines"
  std::string to_string() const;
};

/// Throws Error if the first word of `launcher` is no program along PATH of `environment`.
void check_launcher(const std::string& launcher, const Environment& environment);

/// Shell text that goes before a command and makes the launcher of `layout` run it: a call of `kbx
/// step launch`. "" if there is no launcher, if `command` (the text of one of the action's steps)
/// does not begin with a compiler that makes an object, or if it names the launcher itself.
std::string launch_call(const kbuild::Action& action, std::string_view command,
                        const Layout& layout);

/// What `kbx step launch` is called with.
struct LaunchStep {
  std::string launcher;              // words of a shell
  std::string shadow;                // that outputs lie in, or ""
  std::vector<std::string> command;  // the compiler's
};

/// Becomes the launcher. Throws Error if it cannot be run.
[[noreturn]] void run_launch_step(const LaunchStep& step);

/// `text` of a file or a message that a launched compiler wrote: the shadow by its own name again.
std::string with_shadow_named(std::string_view text, std::string_view shadow);

/// A line that a build in `folder` printed, with files called by the names that their author knows:
/// those in `source`.
std::string with_source_named(std::string_view line, const Layout& layout,
                              const std::string& folder, const std::string& source);

/// Begins to count what `launcher` does; `folder` is where that is recorded. Does nothing if
/// `launcher` is empty or not one that tells.
void begin_launches(const std::string& launcher, const std::string& folder);
/// What has to be in the environment of the launcher meanwhile, besides what is in `environment`: a
/// record that the user asked for stays theirs.
Environment launch_environment(const std::string& launcher, const std::string& folder,
                               const Environment& environment);
/// The count since begin_launches; nothing if there is no launcher, it was given nothing, or it
/// does not tell.
std::optional<LaunchFigures> read_launches(const std::string& launcher, const std::string& folder);
/// A line for people of what the launcher complained of since begin_launches, where it does not
/// tell whoever calls it: its last line, and where all of them are. "" if there is none.
std::string launcher_complaint(const std::string& launcher, const std::string& folder);

}  // namespace kbx::ninja
