#include "kbx/kbuild/plain_commands.h"

#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

/// The words after `program` if the command is that program with plain names and nothing else.
std::optional<std::vector<std::string>> plain_names(std::string_view command,
                                                    std::string_view program) {
  if (!command.starts_with(program)) return std::nullopt;
  command.remove_prefix(program.size());
  if (command.find_first_of("\"'$`;|&<>()\\*?[~#") != std::string_view::npos) return std::nullopt;
  std::vector<std::string> names;
  for (const std::string_view name : split_words(command)) {
    if (name.starts_with('-')) return std::nullopt;
    names.emplace_back(name);
  }
  return names;
}

}  // namespace

std::optional<makelang::ShellResult> run_without_process(const makelang::ShellCall& call) {
  const std::string_view command = trim(call.command);
  if (const auto folders = plain_names(command, "mkdir -p ")) {
    for (const std::string& folder : *folders) make_folders(absolute_path(folder, call.folder));
    return makelang::ShellResult{};
  }
  const auto files = plain_names(command, "cat ");
  if (!files || files->size() != 1) return std::nullopt;
  auto content = read_file_if_present(absolute_path(files->front(), call.folder));
  if (!content) return std::nullopt;
  return makelang::ShellResult{0, std::move(*content), {}};
}

}  // namespace kbx::kbuild
