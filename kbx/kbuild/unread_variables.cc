#include "kbx/kbuild/unread_variables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/similar.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

using makelang::Evaluation;

constexpr std::array<std::string_view, 12> known_variables = {
    "image-y",         "ccflags-y",        "asflags-y",      "cppflags-y",
    "ldflags-y",       "ccflags-remove-y", "always-y",       "asflags-remove-y",
    "KBUILD_CPPFLAGS", "KBUILD_CFLAGS",    "KBUILD_LDFLAGS", "KBUILD_AFLAGS"};

/// What a name of a file may stand behind.
constexpr std::array<std::string_view, 6> per_file = {
    "CFLAGS_REMOVE_", "AFLAGS_REMOVE_", "CFLAGS_", "AFLAGS_", "CPPFLAGS_", "LDFLAGS_"};

template <typename Words>
std::string meant(std::string_view word, const Words& known) {
  constexpr size_t most = 2;
  for (size_t changes = 1; changes <= most && changes * 3 < word.size(); ++changes)
    for (const std::string_view other : known)
      if (edit_distance(word, other, changes)) return std::string(other);
  return "";
}

/// `ccflags-$(DEBUG)` of a feature that is off.
bool is_off(std::string_view name) {
  return std::ranges::any_of(known_variables, [&](std::string_view known) {
    if (!known.ends_with("-y")) return false;
    const std::string_view stem = known.substr(0, known.size() - 1);
    return name.starts_with(stem) &&
           (name == stem || name.substr(stem.size()) == "n" || name.substr(stem.size()) == "m");
  });
}

/// The line of the folder's makefiles that assigned it last, if one of them did.
std::optional<Location> assigned_at(const Evaluation& evaluation, const DriverFolders& folders,
                                    const makelang::Variable& variable) {
  const Location where = evaluation.files().location(variable.where);
  const std::string path = absolute_path(where.file, evaluation.setup().folder);
  if (where.file.empty() || !folders.contain(path)) return std::nullopt;
  return Location{path, where.line};
}

/// True if the makefile itself uses the variable, by its name.
bool is_used_in(const std::string& makefile, const std::string& name) {
  const std::string text = read_file_if_present(makefile).value_or("");
  return text.find("$(" + name + ")") != std::string::npos ||
         text.find("${" + name + "}") != std::string::npos;
}

std::vector<std::string> words(const Evaluation& evaluation, const std::string& text) {
  std::vector<std::string> result;
  const std::string value = evaluation.expand(text);
  for (const std::string_view word : split_words(value)) result.emplace_back(word);
  return result;
}

/// What the folder's rules make, as flags of single files name it.
std::vector<std::string> made_files(const Evaluation& evaluation) {
  return words(evaluation,
               "$(image-names) $(foreach name,$(image-names),$(call image-objects,$(name)) "
               "$(call image-script,$(name)))");
}

bool has_source(const DriverFolders& folders, const std::string& file) {
  const std::string stem = join_path(folders.source, file.substr(0, file.rfind('.')));
  return exists(stem + ".c") || exists(stem + ".S") || exists(stem + ".lds.S");
}

/// The name that a variable is meant to have, "" if it is right or the folder's own.
std::string right_name(const std::string& name, const std::vector<std::string>& made,
                       const DriverFolders& folders) {
  if (std::ranges::find(known_variables, name) != known_variables.end() || is_off(name)) return "";
  for (const std::string_view prefix : per_file) {
    if (!name.starts_with(prefix)) continue;
    const std::string file = name.substr(prefix.size());
    if (std::ranges::find(made, file) != made.end() || has_source(folders, file)) return "";
    const std::string other = meant(file, made);
    return other.empty() ? "" : std::string(prefix) + other;
  }
  // What an image is made of, "kernel.elf-y".
  const size_t dash = name.rfind('-');
  const std::string image = name.substr(0, dash);
  if (dash != std::string::npos && !extension(image).empty()) {
    if (std::ranges::find(made, image) != made.end()) return "";
    if (const std::string other = meant(image, made); !other.empty())
      return other + name.substr(dash);
  }
  return meant(name, known_variables);
}

}  // namespace

std::vector<std::string> unread_variables(const Evaluation& evaluation,
                                          const DriverFolders& folders) {
  const std::vector<std::string> made = made_files(evaluation);
  std::vector<std::string> remarks;
  for (const auto& [name, variable] : evaluation.global_variables()) {
    const std::string own(name);
    const auto where = assigned_at(evaluation, folders, variable);
    if (!where) continue;
    const std::string right = right_name(own, made, folders);
    if (right.empty() || is_used_in(where->file, own)) continue;
    remarks.push_back(where->to_string() + ": nothing reads " + own + "; did you mean " + right +
                      "?");
  }
  std::ranges::sort(remarks);
  return remarks;
}

}  // namespace kbx::kbuild
