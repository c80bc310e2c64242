#include "kbx/ninja/build.h"

#include <algorithm>
#include <set>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/state_lock.h"
#include "kbx/ninja/modpost_order.h"
#include "kbx/ninja/record.h"
#include "kbx/ninja/runner.h"
#include "kbx/ninja/stamp.h"
#include "kbx/ninja/writer.h"

/// The order of writes, so that a kill at any moment does no harm: the stamp of the earlier plan
/// goes first; then come the files that the graph refers to, the graph, the removal of what the
/// earlier plan made, and the new stamp as the last. Without a stamp the next run makes a new plan
/// and writes everything again. What commands made is Ninja's to remember (.ninja_log).
namespace kbx::ninja {
namespace {

Durations durations_of(const std::map<std::string, LogEntry, std::less<>>& log) {
  Durations durations;
  for (const auto& [output, entry] : log) durations.emplace(output, entry.milliseconds);
  return durations;
}

void write_files(const Layout& layout, const Manifest& manifest) {
  std::set<std::string> wanted;
  for (const auto& [path, content] : manifest.files) {
    write_file_if_changed(path, content);
    wanted.insert(path);
  }
  for (const char* folder : {"scripts", "env", "metadata"})
    for (const std::string& name : list_folder(layout.file(folder))) {
      const std::string path = join_path(layout.file(folder), name);
      if (!wanted.contains(path)) remove_file(path);
    }
}

/// The plan's inputs, its compiler, and what was written for it: a graph that was damaged or
/// removed since is as stale as one whose makefiles changed.
kbuild::Inputs all_inputs(const kbuild::Plan& plan, const Layout& layout,
                          const Manifest& manifest) {
  kbuild::Inputs inputs = plan.inputs;
  const auto add = [&](const std::string& path) {
    inputs.files.emplace_back(path, stamp_of(path));
  };
  for (const auto& [path, content] : manifest.files) add(path);
  for (const std::string& path : plan.written) add(path);
  for (const char* name : {"build.ninja", "toolchain", "outputs"}) add(layout.file(name));
  return inputs;
}

/// Ninja makes folders for outputs, but not for what its commands write besides.
void make_action_folders(const kbuild::Plan& plan, const Layout& layout, const Manifest& manifest) {
  if (manifest.has_response_files) make_folders(layout.file("rsp"));
  make_folders(layout.file("deps"));
  std::set<std::string> folders;
  for (const kbuild::Action& action : plan.actions)
    for (const std::string* path : {&action.dot_cmd, &action.depfile})
      if (!path->empty()) folders.insert(dir_name(*path));
  for (const std::string& folder : folders) make_folders(folder);
}

}  // namespace

void write_graph(const kbuild::Plan& plan, const Layout& layout, std::string_view request_hash) {
  set_apart_if_edited(layout);
  const auto log = read_ninja_log(layout);
  const Manifest manifest = make_manifest(plan, layout, durations_of(log));
  remove_stamp(layout.state);
  write_files(layout, manifest);
  make_action_folders(plan, layout, manifest);
  write_file_if_changed(layout.file("toolchain"),
                        plan.compiler_identity + plan.compiler_environment + "\n");
  write_file_if_changed(layout.file("build.ninja"), manifest.text);
  if (!layout.compile_commands.empty())
    write_file_if_changed(layout.compile_commands, compile_commands_text(plan));
  if (layout.removes_stale_outputs)
    remove_stale_outputs(layout, plan, record_of(plan), log);
  else
    write_record(layout, record_of(plan));
  write_stamp(layout.state, request_hash, all_inputs(plan, layout, manifest));
}

bool graph_is_fresh(const Layout& layout, std::string_view request_hash,
                    const Environment& environment) {
  return fresh(layout.state, request_hash, environment) && !set_apart_if_edited(layout);
}

int build(const kbuild::Plan& plan, const Layout& layout, const RunOptions& options,
          std::string_view request_hash) {
  const FileLock lock = lock_state(layout.state, layout.state);
  write_graph(plan, layout, request_hash);
  return run_graph(layout, options);
}

std::optional<int> build_if_fresh(const Layout& layout, const RunOptions& options,
                                  std::string_view request_hash, const Environment& environment) {
  if (!is_folder(layout.state)) return std::nullopt;
  const FileLock lock = lock_state(layout.state, layout.state);
  if (!graph_is_fresh(layout, request_hash, environment)) return std::nullopt;
  return run_graph(layout, options);
}

}  // namespace kbx::ninja
