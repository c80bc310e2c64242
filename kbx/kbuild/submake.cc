#include "kbx/kbuild/submake.h"

#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

bool is_assignment(std::string_view word) {
  const size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0;
}

/// Folders of -I and --include-dir among the options of MAKEFLAGS.
std::vector<std::string> include_folders(std::string_view flags) {
  std::vector<std::string> folders;
  for (const std::string_view word : split_words(flags)) {
    constexpr std::string_view long_form = "--include-dir=";
    if (word.starts_with(long_form)) folders.emplace_back(word.substr(long_form.size()));
    if (word.starts_with("-I")) folders.emplace_back(word.substr(2));
  }
  return folders;
}

/// True if the single-letter option is among the options of MAKEFLAGS.
bool has_option(std::string_view flags, char option) {
  for (const std::string_view word : split_words(flags)) {
    if (word.starts_with("--") || is_assignment(word)) continue;
    const bool first = word.data() == flags.data() || word.starts_with('-');
    if (first && word.find(option) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::optional<SubMake> parse_submake(std::string_view line, std::string_view make_command) {
  line = trim(line);
  if (!line.starts_with(make_command)) return std::nullopt;
  line.remove_prefix(make_command.size());
  if (!line.empty() && !is_space(line.front())) return std::nullopt;
  const auto words = shell_split(line);
  if (!words) return std::nullopt;
  SubMake call;
  call.makefile = "Makefile";
  for (size_t i = 0; i < words->size(); ++i) {
    const std::string& word = (*words)[i];
    const bool takes_value = word == "-f" || word == "-C";
    if (takes_value && i + 1 < words->size()) {
      (word == "-f" ? call.makefile : call.folder) = (*words)[++i];
    } else if (word.find_first_of(";|&<>`$") != std::string::npos && !is_assignment(word)) {
      return std::nullopt;
    } else if (is_assignment(word) && !word.starts_with('-')) {
      call.variables.push_back(word);
    } else if (!word.starts_with('-')) {
      call.goals.push_back(word);
    }
  }
  return call;
}

makelang::Setup submake_setup(const makelang::Evaluation& parent, const makelang::Scope* scope,
                              const SubMake& call) {
  makelang::Setup setup = parent.setup();
  setup.environment = parent.recipe_environment(scope);
  setup.folder = absolute_path(call.folder, parent.setup().folder);
  for (const std::string& variable : call.variables)
    setup.command_line_variables.push_back(variable);
  setup.goals = call.goals;
  setup.flags = parent.current_flags();
  setup.level = parent.setup().level + 1;
  setup.built_in_rules = !has_option(setup.flags, 'r') && !has_option(setup.flags, 'R');
  setup.built_in_variables = !has_option(setup.flags, 'R');
  setup.include_folders = include_folders(setup.flags);
  return setup;
}

}  // namespace kbx::kbuild
