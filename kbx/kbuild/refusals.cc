#include "kbx/kbuild/refusals.h"

#include <algorithm>
#include <cstring>

#include "kbx/base/error.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

using makelang::Evaluation;

std::string absolute_in(const Evaluation& evaluation, std::string_view path) {
  return absolute_path(path, evaluation.setup().folder);
}

bool is_kbuild_file(const std::string& path) {
  const std::string name = base_name(path);
  return name == "Kbuild" || name == "Makefile";
}

/// The line of the driver's Makefiles that lists an object; no place if it is not written out.
Location listed_at(const Evaluation& evaluation, const DriverFolders& driver,
                   const std::string& path) {
  for (const auto& [name, variable] : evaluation.global_variables()) {
    size_t begin = 0;
    for (const makelang::Piece& piece : makelang::pieces_of(variable)) {
      const size_t end = std::min<size_t>(piece.end, variable.value.size());
      const std::string text = variable.value.substr(std::min(begin, end), end - begin);
      begin = end;
      Location where = evaluation.files().location(piece.where);
      if (where.file.empty() || !driver.contain(absolute_in(evaluation, where.file))) continue;
      for (const std::string_view word : split_words(text))
        if (path == absolute_path(word, dir_name(absolute_in(evaluation, where.file))))
          return where;
    }
  }
  return {driver.source, 0};
}

}  // namespace

void refuse_missing_includes(const Evaluation& evaluation, const DriverFolders& driver) {
  for (const makelang::MakefileUse& use : evaluation.observations().makefiles) {
    if (use.found || use.optional || !use.where) continue;
    const makelang::Target* target = evaluation.rules().find(use.name);
    if (target && !target->rules.empty()) continue;
    const Location where = evaluation.files().location(use.where);
    const bool of_driver = driver.contain(absolute_path(where.file, evaluation.setup().folder));
    throw Error(where,
                "includes " + use.path + ", which cannot be read: " + std::strerror(use.error),
                of_driver && !is_absolute(use.name)
                    ? "kbuild works in the kernel's folder; name a file of the driver's as "
                      "include $(src)/" +
                          use.name
                : driver.contain(use.path)
                    ? is_kbuild_file(use.path)
                          ? "a subfolder that is listed in obj-m needs a Kbuild or Makefile"
                          : "add the file, or name it by -include if it may be missing"
                    : "this is no complete kernel tree; kbx doctor tells what it lacks");
  }
}

void refuse_without_rule(const Evaluation& evaluation, const DriverFolders& driver,
                         const std::string& target, const std::string& needed_by) {
  const std::string path = absolute_in(evaluation, target);
  if (extension(target) == ".o" && driver.contain(path)) {
    const std::string stem = path.substr(0, path.size() - 2);
    throw Error(
        listed_at(evaluation, driver, path),
        base_name(path) + " is listed, but there is neither " + stem + ".c nor " + stem + ".S",
        "add the file, or correct its name in the Kbuild file");
  }
  std::string message = "there is no rule to make " + path;
  if (!needed_by.empty()) message += ", which " + needed_by + " needs";
  const makelang::Target* entry = evaluation.rules().find(needed_by);
  Location where;
  if (entry && !entry->rules.empty())
    where = evaluation.files().location(entry->rules.front().where);
  throw Error(where, message);
}

}  // namespace kbx::kbuild
