#include "kbx/kbuild/remake.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/kbuild/steps.h"

/// A driver's Kbuild file may include a makefile that a rule of the same file makes, a list of
/// objects for instance. Nothing can be planned before it is there, so such rules run while
/// planning, and nothing else does.
namespace kbx::kbuild {
namespace {

using makelang::Evaluation;
using makelang::Resolved;
using makelang::Scope;

constexpr std::int64_t never = -1;
constexpr std::int64_t always_newer = std::numeric_limits<std::int64_t>::max();

class Remaker {
 public:
  Remaker(const Evaluation& evaluation, makelang::Resolver& resolver, Observer& observer)
      : evaluation_(evaluation), resolver_(resolver), observer_(observer) {}

  bool has_recipe(const std::string& target) {
    const auto rules = resolver_.resolve(target, nullptr);
    return std::any_of(rules.begin(), rules.end(), [](const Resolved& rule) {
      return rule.recipe && !rule.from_default && !rule.phony;
    });
  }

  /// Makes the target if it is missing or older than what it is made from; gives its time.
  std::int64_t update(const std::string& target, const Scope* parent) {
    if (!visited_.insert(target).second) return time_of(target);
    const std::vector<Resolved> rules = resolver_.resolve(target, parent);
    const Scope* scope = resolver_.scope_of(target, parent);
    bool ran = false;
    for (const Resolved& rule : rules) {
      std::vector<std::string> newer;
      const std::int64_t own = rule.phony ? never : time_of(target);
      for (const makelang::Prerequisite& prerequisite : rule.prerequisites) {
        const std::int64_t time = update(prerequisite.name, scope);
        if (prerequisite.order_only) continue;
        if (time != always_newer) observer_.add_file(absolute(prerequisite.name));
        if (time > own) newer.push_back(prerequisite.name);
      }
      if (!rule.recipe || (own != never && newer.empty())) continue;
      run(rule, makelang::automatic_scope(rule, newer, scope));
      ran = true;
    }
    const std::int64_t time = time_of(target);
    return time == never && (ran || !rules.empty()) ? always_newer : time;
  }

  std::int64_t time_of(const std::string& target) const {
    const auto stamp = stamp_of(absolute(target));
    return stamp ? stamp->modified_ns : never;
  }

  std::string absolute(const std::string& path) const {
    return absolute_path(path, evaluation_.setup().folder);
  }

 private:
  void run(const Resolved& rule, const Scope& automatic) {
    const Environment environment = evaluation_.recipe_environment(&automatic);
    for (const Step& step : steps_of(makelang::expand_recipe(evaluation_, rule, automatic))) {
      makelang::ShellCall call;
      call.command = step.text;
      call.folder = evaluation_.setup().folder;
      call.environment = &environment;
      call.where = rule.recipe->where;
      call.files = &evaluation_.files();
      const makelang::ShellResult result = makelang::run_shell(call);
      const auto& print = evaluation_.hooks().print;
      if (print && !result.output.empty()) print(makelang::Stream::output, result.output);
      if (result.status != 0 && !step.ignore_errors)
        throw Error(evaluation_.files().location(rule.recipe->where),
                    "the rule for the makefile " + absolute(rule.name) + " failed with status " +
                        std::to_string(result.status) + ": " + step.text);
    }
  }

  const Evaluation& evaluation_;
  makelang::Resolver& resolver_;
  Observer& observer_;
  std::set<std::string> visited_;
};

}  // namespace

RemadeMakefiles remake_makefiles(const Evaluation& evaluation, makelang::Resolver& resolver,
                                 const std::function<bool(const std::string&)>& is_drivers,
                                 Observer& observer) {
  RemadeMakefiles result;
  Remaker remaker(evaluation, resolver, observer);
  for (const makelang::MakefileUse& use : evaluation.observations().makefiles) {
    if (!is_drivers(use.path)) continue;
    if (remaker.has_recipe(use.name)) {
      const auto before = stamp_of(use.path);
      remaker.update(use.name, nullptr);
      result.names.insert(use.name);
      if (stamp_of(use.path) != before) result.read_again = true;
    }
    if (!use.found && !use.optional && !exists(use.path))
      throw Error(evaluation.files().location(use.where),
                  use.path + " is included, but there is no such file, and no rule makes it");
  }
  return result;
}

}  // namespace kbx::kbuild
