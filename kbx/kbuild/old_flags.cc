#include "kbx/kbuild/old_flags.h"

#include <string_view>
#include <utility>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

using makelang::Evaluation;

/// True if the tree's own Makefiles mention a variable.
bool tree_reads(const Evaluation& evaluation, const DriverFolders& driver, std::string_view name) {
  for (const makelang::MakefileUse& use : evaluation.observations().makefiles) {
    if (!use.found || driver.contain(use.path)) continue;
    const std::string file = base_name(use.path);
    if (file != "Makefile.build" && file != "Makefile.lib") continue;
    const std::string text = read_file(use.path);
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
      if (at > 1 && text[at - 1] == '(' && text[at - 2] == '$') return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> keep_old_flags(Evaluation& evaluation, const DriverFolders& driver) {
  constexpr std::pair<const char*, const char*> names[] = {
      {"EXTRA_CFLAGS", "ccflags-y"}, {"EXTRA_AFLAGS", "asflags-y"}, {"EXTRA_LDFLAGS", "ldflags-y"}};
  std::vector<std::string> notes;
  for (const auto& [old_name, new_name] : names) {
    const makelang::Variable* old = evaluation.find(old_name);
    const makelang::Variable* present = evaluation.find(new_name);
    if (!old || !present ||
        !driver.contain(
            absolute_path(evaluation.files().name(old->where.file), evaluation.setup().folder)))
      continue;
    const std::string value(trim(evaluation.value(old_name)));
    if (value.empty() || tree_reads(evaluation, driver, old_name)) continue;
    notes.push_back(evaluation.files().location(old->where).to_string() +
                    ": this kernel's kbuild ignores " + old_name + "; it is taken as " + new_name);
    evaluation.define(new_name, evaluation.value(new_name) + " " + replace_all(value, "$", "$$"),
                      makelang::Flavor::recursive, makelang::Origin::override_, old->where);
  }
  return notes;
}

}  // namespace kbx::kbuild
