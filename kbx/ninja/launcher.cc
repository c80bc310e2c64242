#include "kbx/ninja/launcher.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/ninja/shell.h"

/// Compilers behind a program that remembers what they made (ccache, sccache) or lets other
/// machines run them (distcc, icecc).
///
/// A cache knows a compile by its words and by what it reads, the names of files among them. All
/// outputs of `kbx build` lie in a shadow below the output folder, whose name is in every word
/// that names a source; so the same driver built into another folder would be another compile.
/// `kbx step launch` therefore opens the shadow and calls it /proc/self/fd/N, which every process
/// that inherits the descriptor takes for the shadow, and which is the same in all output folders.
/// The compiler maps the shadow to the driver's folder (-ffile-prefix-map), so that no object
/// changes by this. The list of headers that the compiler writes and what it says have the other
/// name; with_shadow_named gives them the true one. sccache lets a server run the compiler, which
/// does not inherit anything; there the shadow keeps its name.
///
/// What a launcher did is read from what it writes for that: a log of counters (ccache's
/// stats_log), a log of compiles (distcc, icecc), or the counters of its server before and after
/// (sccache).
namespace kbx::ninja {
namespace {

/// Far from what shells, make and Ninja take.
constexpr int shadow_descriptor = 100;
constexpr std::string_view shadow_name = "/proc/self/fd/100";

enum class Kind { ccache, sccache, distcc, icecc, other };

std::string program_of(std::string_view launcher) {
  const auto words = split_words(launcher);
  return words.empty() ? "" : std::string(words.front());
}

Kind kind_of(std::string_view launcher) {
  const std::string name = base_name(program_of(launcher));
  if (name == "ccache") return Kind::ccache;
  if (name == "sccache") return Kind::sccache;
  if (name == "distcc") return Kind::distcc;
  if (name == "icecc") return Kind::icecc;
  return Kind::other;
}

std::string record_file(const std::string& folder) {
  return join_path(folder, "launches");
}

/// True if a compiler puts the names of its outputs into the object.
bool names_outputs(const std::vector<std::string>& words) {
  constexpr std::string_view options[] = {"-gsplit-dwarf", "--coverage", "-ftest-coverage",
                                          "-fprofile-arcs"};
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::find(options, word) != std::end(options);
  });
}

/// Opens the shadow where the launcher's processes will find it.
bool open_shadow(const std::string& shadow) {
  const int opened = ::open(shadow.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return false;
  const bool placed = ::dup2(opened, shadow_descriptor) == shadow_descriptor;
  ::close(opened);
  return placed && is_folder(std::string(shadow_name));
}

/// ccache's stats_log: a line "# FILE" for each call, then the names of the counters it raised.
void count_ccache(std::string_view log, LaunchFigures& figures) {
  for (const std::string_view line : split_lines(log)) {
    if (line.starts_with("# ")) ++figures.compiles;
    if (line == "direct_cache_hit" || line == "preprocessed_cache_hit") ++figures.served;
    if (line == "called_for_preprocessing" && figures.compiles > 0) --figures.compiles;
  }
}

/// distcc's log: "distcc[PID] compile FILE on HOST completed ok".
void count_distcc(std::string_view log, LaunchFigures& figures) {
  for (const std::string_view line : split_lines(log)) {
    const size_t on = line.rfind(" on ");
    if (line.find("] compile ") == std::string_view::npos || on == std::string_view::npos) continue;
    ++figures.compiles;
    if (!line.substr(on).starts_with(" on localhost")) ++figures.served;
  }
}

/// icecc's log with ICECC_DEBUG=debug; each compile is one of two.
void count_icecc(std::string_view log, LaunchFigures& figures) {
  for (const std::string_view line : split_lines(log)) {
    const bool there = line.find(": Have to use host ") != std::string_view::npos;
    const bool here = line.find(": building myself") != std::string_view::npos;
    figures.compiles += there || here ? 1 : 0;
    figures.served += there ? 1 : 0;
  }
}

/// What sccache's server counted since it began; starts it where none runs.
std::string sccache_counters(const std::string& launcher) {
  Command command;
  command.arguments = {program_of(launcher), "--show-stats", "--stats-format=json"};
  command.capture_errors = true;
  return run(command).output;
}

void add_sccache(std::string_view counters, LaunchFigures& figures) {
  const auto json = nlohmann::json::parse(counters, nullptr, false);
  if (!json.is_object() || !json.contains("stats") || !json["stats"].is_object()) return;
  const auto& stats = json["stats"];
  figures.compiles += stats.value("compile_requests", size_t{0});
  const auto hits = stats.find("cache_hits");
  if (hits == stats.end() || !hits->is_object()) return;
  const auto counts = hits->value("counts", nlohmann::json::object());
  for (const auto& [language, count] : counts.items())
    if (count.is_number_unsigned()) figures.served += count.get<size_t>();
}

void count_sccache(std::string_view before, std::string_view now, LaunchFigures& figures) {
  LaunchFigures earlier;
  add_sccache(before, earlier);
  add_sccache(now, figures);
  const bool is_same_server =
      figures.compiles >= earlier.compiles && figures.served >= earlier.served;
  if (!is_same_server) return;
  figures.compiles -= earlier.compiles;
  figures.served -= earlier.served;
}

}  // namespace

std::string LaunchFigures::to_string() const {
  const std::string part = std::to_string(served) + " of " + counted(compiles, "compile");
  return distributes ? launcher + " sent " + part + " to other machines"
                     : launcher + " had " + part;
}

void check_launcher(const std::string& launcher, const Environment& environment) {
  if (launcher.empty()) return;
  const std::string program = program_of(launcher);
  const auto path = environment.find("PATH");
  if (!find_program(program, path == environment.end() ? "" : path->second).empty()) return;
  const bool is_known = kind_of(launcher) != Kind::other;
  throw Error("the launcher " + program + " was not found in PATH",
              is_known ? "install it (its package has the same name on Debian and Ubuntu), or "
                         "build without --launcher"
                       : "expected ccache, sccache, distcc, icecc or another program that runs the "
                         "compiler");
}

std::string launch_call(const kbuild::Action& action, std::string_view command,
                        const Layout& layout) {
  using kbuild::ActionKind;
  if (layout.launcher.empty()) return "";
  if (action.kind != ActionKind::compile && action.kind != ActionKind::assemble &&
      action.kind != ActionKind::metadata && action.kind != ActionKind::host)
    return "";
  const auto words = split_words(first_command(command));
  if (words.empty() || std::ranges::find(words, std::string_view("-c")) == words.end()) return "";
  const std::string_view program = words.front();
  if (program.find_first_of("=(){}$`'\"<>") != std::string_view::npos) return "";
  if (base_name(program) == base_name(program_of(layout.launcher))) return "";
  std::string call =
      shell_quote(layout.kbx) + " step launch --launcher " + shell_quote(layout.launcher);
  if (!layout.shadow.empty() && kind_of(layout.launcher) == Kind::ccache)
    call += " --shadow " + shell_quote(layout.shadow);
  return call + " -- ";
}

void run_launch_step(const LaunchStep& step) {
  std::vector<std::string> words;
  for (const std::string_view word : split_words(step.launcher)) words.emplace_back(word);
  const bool renames =
      !step.shadow.empty() && !names_outputs(step.command) && open_shadow(step.shadow);
  for (const std::string& word : step.command)
    words.push_back(renames ? replace_all(word, step.shadow, shadow_name) : word);
  if (words.empty()) throw Error("kbx step launch: there is nothing to run");
  const std::string program = words.front();
  std::fflush(nullptr);
  const std::vector<char*> arguments = argument_vector(words);
  ::execvp(program.c_str(), arguments.data());
  throw system_error("cannot run the launcher " + program, errno);
}

std::string with_shadow_named(std::string_view text, std::string_view shadow) {
  return replace_all(text, shadow_name, shadow);
}

std::string with_source_named(std::string_view line, const Layout& layout,
                              const std::string& folder, const std::string& source) {
  const std::string known =
      layout.launcher.empty() ? std::string(line) : with_shadow_named(line, layout.shadow);
  return replace_all(known, folder + "/", source + "/");
}

void begin_launches(const std::string& launcher, const std::string& folder) {
  if (launcher.empty()) return;
  if (kind_of(launcher) == Kind::sccache)
    write_file_atomically(record_file(folder), sccache_counters(launcher));
  else
    remove_file(record_file(folder));
}

Environment launch_environment(const std::string& launcher, const std::string& folder,
                               const Environment& environment) {
  const std::string record = record_file(folder);
  const Kind kind = kind_of(launcher);
  Environment wanted;
  if (kind == Kind::ccache) wanted = {{"CCACHE_STATSLOG", record}};
  if (kind == Kind::distcc) wanted = {{"DISTCC_LOG", record}};
  if (kind == Kind::icecc) wanted = {{"ICECC_LOGFILE", record}, {"ICECC_DEBUG", "debug"}};
  std::erase_if(wanted, [&](const auto& variable) { return environment.contains(variable.first); });
  return wanted;
}

std::optional<LaunchFigures> read_launches(const std::string& launcher, const std::string& folder) {
  if (launcher.empty()) return std::nullopt;
  const Kind kind = kind_of(launcher);
  const auto record = read_file_if_present(record_file(folder));
  if (!record) return std::nullopt;
  LaunchFigures figures;
  figures.launcher = base_name(program_of(launcher));
  figures.distributes = kind == Kind::distcc || kind == Kind::icecc;
  if (kind == Kind::ccache) count_ccache(*record, figures);
  if (kind == Kind::distcc) count_distcc(*record, figures);
  if (kind == Kind::icecc) count_icecc(*record, figures);
  if (kind == Kind::sccache) count_sccache(*record, sccache_counters(launcher), figures);
  return figures.compiles > 0 ? std::optional(figures) : std::nullopt;
}

std::string launcher_complaint(const std::string& launcher, const std::string& folder) {
  if (kind_of(launcher) != Kind::distcc) return "";
  const std::string record = read_file_if_present(record_file(folder)).value_or("");
  std::string_view last;
  for (const std::string_view line : split_lines(record))
    if (const size_t at = line.find("ERROR: "); at != std::string_view::npos)
      last = line.substr(at + std::string_view("ERROR: ").size());
  if (last.empty()) return "";
  return launcher + " says: " + std::string(last) + "; all that it says is in " +
         record_file(folder);
}

}  // namespace kbx::ninja
