#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kbx/kbuild/plan.h"
#include "kbx/ninja/layout.h"
#include "kbx/ninja/writer.h"

namespace kbx::ninja {

/// What a later run has to know of the plan without making it again: the file "outputs" of the
/// state folder.
struct Record {
  struct Output {
    std::string path;
    std::string module;        // that it belongs to, or ""
    bool is_unlogged = false;  // a .cmd file or a list of objects: Ninja's log does not have it
  };
  std::string folder;  // Plan::folder
  std::string source;  // Plan::source
  std::vector<Output> outputs;

  const Output* find(std::string_view path) const;
};

Record record_of(const kbuild::Plan& plan);
/// Nothing if there is none that is whole.
std::optional<Record> read_record(const Layout& layout);
void write_record(const Layout& layout, const Record& record);

/// One entry of .ninja_log.
struct LogEntry {
  std::int64_t milliseconds = 0;  // that the command took
  /// Up to Ninja 1.11 the time of the output, since 1.12 the time when the command started.
  std::int64_t modified_ns = 0;
  std::uint64_t command = 0;  // a hash: all outputs of one command have the same

  /// No write of the command itself can be later; some slack for the clock of file times.
  std::int64_t last_possible_ns() const { return modified_ns + (milliseconds + 20) * 1'000'000; }
};

/// The newest entry per output of Ninja's log (formats 5 and later); empty if there is none.
std::map<std::string, LogEntry, std::less<>> read_ninja_log(const Layout& layout);

/// Deletes what an earlier plan made and `now` does not make any more. A file goes only if Ninja's
/// log says that a command of ours wrote it and nobody did since, and if the new plan does not read
/// it. Writes the record of `now`.
void remove_stale_outputs(const Layout& layout, const kbuild::Plan& plan, const Record& now,
                          const std::map<std::string, LogEntry, std::less<>>& log);

/// After a run that was killed: deletes outputs that are younger than Ninja's log says. Ninja would
/// take them for whole if nothing that they hang on changed.
void remove_torn_outputs(const Layout& layout);

}  // namespace kbx::ninja
