#include "kbx/kbuild/submake.h"

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/options.h"

namespace kbx::kbuild {
namespace {

bool is_assignment(std::string_view word) {
  const size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0;
}

}  // namespace

std::optional<SubMake> parse_submake(std::string_view line, std::string_view make_command) {
  // Not trimmed at the end: a newline there may belong to the backslash before it.
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  if (!line.starts_with(make_command)) return std::nullopt;
  line.remove_prefix(make_command.size());
  if (!line.empty() && !is_space(line.front())) return std::nullopt;
  const auto words = shell_split(line);
  if (!words) return std::nullopt;
  for (const std::string& word : *words)
    if (word.find_first_of(";|&<>`$") != std::string::npos && !is_assignment(word))
      return std::nullopt;
  makelang::Options options;
  if (makelang::add_command_line(options, "make", *words)) return std::nullopt;
  SubMake call;
  call.words = *words;
  for (const std::string& folder : options.folders) call.folder = join_path(call.folder, folder);
  call.makefile = options.makefiles.empty() ? "Makefile" : options.makefiles.front();
  return call;
}

makelang::Setup submake_setup(const makelang::Evaluation& parent, const makelang::Scope* scope,
                              const SubMake& call) {
  makelang::Setup setup = parent.setup();
  setup.environment = parent.recipe_environment(scope);
  makelang::Options options;
  const auto flags = setup.environment.find("MAKEFLAGS");
  if (flags != setup.environment.end()) makelang::add_flags_text(options, flags->second);
  makelang::add_command_line(options, "make", call.words);
  setup.folder = absolute_path(call.folder, parent.setup().folder);
  setup.command_line_variables = options.variables;
  setup.goals = options.goals;
  setup.flags = makelang::compose_flags(options, false);
  setup.level = parent.setup().level + 1;
  setup.built_in_rules = !options.no_built_in_rules && !options.no_built_in_variables;
  setup.built_in_variables = !options.no_built_in_variables;
  setup.include_folders = options.include_folders;
  return setup;
}

}  // namespace kbx::kbuild
