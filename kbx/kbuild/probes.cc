// Remembering compiler probes.
//
// Each evaluation of a kernel's Makefiles asks the compiler some thirty times whether it takes an
// option, and every question is a shell, a compiler driver, a compiler and an assembler. The answer
// depends on the command and on the programs that it runs. So a result is kept under the text of
// the command, with the driver's folder taken out of it (probes write their scratch file there),
// its working folder, and the identities of all its words that name a program.
//
// Only commands of the tree's own Makefiles are remembered, and of those only ones that cannot look
// at the driver: the driver's folder may appear in them as the place of a scratch file (.tmp_*)
// alone.
#include "kbx/kbuild/probes.h"

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

std::string file_identity(const std::string& path) {
  const auto stamp = stamp_of(path);
  if (!stamp || stamp->is_folder()) return {};
  return fmt::format("{}:{}:{}:{}", path, stamp->modified_ns, stamp->size, stamp->inode);
}

bool may_name_a_program(std::string_view word) {
  if (word.empty() || word.starts_with('-') || word.starts_with("/dev/")) return false;
  return word.find_first_of("$=%,*?") == std::string_view::npos;
}

}  // namespace

ProbingShell::ProbingShell(const std::string& cache_file, std::string driver,
                           const Environment& environment)
    : cache_(cache_file), driver_(std::move(driver)) {
  const auto found = environment.find("PATH");
  path_ = found == environment.end() ? "/usr/local/bin:/usr/bin:/bin" : found->second;
}

const std::string& ProbingShell::program_identity(std::string_view word) {
  const auto found = programs_.find(word);
  if (found != programs_.end()) return found->second;
  const std::string program = find_program(word, path_);
  if (!program.empty()) files_.insert(program);
  return programs_[std::string(word)] = program.empty() ? std::string() : file_identity(program);
}

std::string ProbingShell::identities(std::string_view command, const std::string& folder) {
  std::string cleaned(command);
  for (char& c : cleaned)
    if (std::string_view("\"'`()|&;<>{}").find(c) != std::string_view::npos) c = ' ';
  std::string result;
  for (const std::string_view word : split_words(cleaned)) {
    if (!may_name_a_program(word)) continue;
    const bool has_slash = word.find('/') != std::string_view::npos;
    const std::string identity =
        has_slash ? file_identity(absolute_path(word, folder)) : program_identity(word);
    if (identity.empty()) continue;
    if (has_slash) files_.insert(absolute_path(word, folder));
    result += identity + "\n";
  }
  return result;
}

bool ProbingShell::may_be_remembered(const makelang::ShellCall& call) const {
  const std::string& makefile = call.files->name(call.where.file);
  if (makefile.empty() || is_below(absolute_path(makefile, call.folder), driver_)) return false;
  const std::string without_scratch = replace_all(call.command, driver_ + "/.tmp_", "");
  return without_scratch.find(driver_) == std::string::npos;
}

makelang::ShellResult ProbingShell::operator()(const makelang::ShellCall& call) {
  if (!call.files || !may_be_remembered(call)) return makelang::run_shell(call);
  kernel::Probe probe;
  probe.command = call.shell + " " + call.flags + " " + replace_all(call.command, driver_, "@M@");
  probe.folder = call.folder == driver_ ? "@M@" : call.folder;
  probe.compiler = identities(call.command, call.folder);
  if (const kernel::ProbeResult* known = cache_.find(probe))
    return {known->status, known->output, {}};
  makelang::ShellResult result = makelang::run_shell(call);
  cache_.remember(probe, {result.status, result.output});
  return result;
}

void ProbingShell::save() {
  try {
    cache_.save();
  } catch (const Error&) {  // a read-only cache folder
  }
}

}  // namespace kbx::kbuild
