#include "kbx/kbuild/driver_config.h"

#include <algorithm>
#include <string_view>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

using makelang::Evaluation;

/// "X" if the line is an assignment to obj-$(X), and the words that it assigns.
struct ObjectLine {
  std::string_view option;
  std::string_view words;
};

ObjectLine object_line(std::string_view line) {
  line = trim(line.substr(0, line.find('#')));
  constexpr std::string_view start = "obj-$";
  if (!line.starts_with(start) || line.size() < start.size() + 2) return {};
  const char open = line[start.size()];
  if (open != '(' && open != '{') return {};
  const std::size_t close = line.find(open == '(' ? ')' : '}');
  const std::size_t equals = line.find('=');
  if (close == std::string_view::npos || equals == std::string_view::npos || equals < close)
    return {};
  return {line.substr(start.size() + 1, close - start.size() - 1), line.substr(equals + 1)};
}

/// The words of a makefile's line that name objects which are among those of obj-y.
std::vector<std::string> built_in(const Evaluation& evaluation, std::string_view words,
                                  const std::vector<std::string_view>& present) {
  const std::string expanded = evaluation.expand(words);
  std::vector<std::string> found;
  for (const std::string_view word : split_words(expanded)) {
    if (!word.ends_with(".o")) continue;
    const auto is_it = [&](std::string_view one) {
      return one == word || one.ends_with("/" + std::string(word));
    };
    if (std::ranges::any_of(present, is_it)) found.emplace_back(word);
  }
  return found;
}

}  // namespace

bool reads_driver(const Evaluation& evaluation, const DriverFolders& driver) {
  return std::ranges::any_of(
      evaluation.observations().makefiles,
      [&](const makelang::MakefileUse& use) { return use.found && driver.contain(use.path); });
}

void include_header(Evaluation& evaluation, const DriverConfig& config) {
  const std::string word =
      replace_all(replace_all(shell_quote(config.header), "$", "$$"), "#", "\\#");
  for (const char* name : {"c_flags", "a_flags", "cpp_flags"})
    if (const makelang::Variable* variable = evaluation.find(name))
      evaluation.define(name, variable->value + " -include " + word, variable->flavor,
                        makelang::Origin::override_, variable->where);
}

void refuse_built_in(const Evaluation& evaluation, const DriverFolders& driver,
                     const DriverConfig& config) {
  const std::string all = evaluation.value("obj-y");
  const std::vector<std::string_view> present = split_words(all);
  if (present.empty()) return;
  for (const makelang::MakefileUse& use : evaluation.observations().makefiles) {
    if (!use.found || !driver.contain(use.path) || use.path == config.definitions) continue;
    const std::string text = read_file(use.path);
    int number = 0;
    for (const std::string_view line : split_lines(text)) {
      ++number;
      const ObjectLine assignment = object_line(line);
      const std::string option(assignment.option);
      if (!config.options.contains(option) || evaluation.value(option) != "y") continue;
      const std::vector<std::string> objects = built_in(evaluation, assignment.words, present);
      if (objects.empty()) continue;
      const std::string plain = option.substr(option.find('_') + 1);
      throw Error(Location{use.path, number},
                  option + " is y, so " + join(objects, " ") +
                      " would become part of an image, but this folder declares none (image-y): "
                      "it would be linked nowhere",
                  "for a module: kbx config --set " + plain +
                      "=m; to leave it out: kbx config "
                      "--unset " +
                      plain);
    }
  }
}

}  // namespace kbx::kbuild
