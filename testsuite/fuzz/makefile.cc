// The make language: reading, every variable's expansion, resolution, recipes and the environment
// of recipes. No command runs, and no file outside a scratch folder is opened: absolute names are
// redirected, and fopen(3), which $(file) uses, is wrapped by the linker. make is a programming
// language, so a long run is no fault by itself; a budget of look-ups ends it.
#include <cstdio>

#include "testsuite/fuzz/fuzz.h"

#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/resolve.h"

namespace {

using namespace kbx::makelang;

/// The budget is used up.
struct Enough {};

struct Budget {
  int lookups = 20'000;
  size_t bytes = 16 << 20;

  void spend(size_t size) {
    if (--lookups < 0 || size > bytes) throw Enough{};
    bytes -= size;
  }
};

const kbx::fuzz::Scratch& scratch() {
  static const kbx::fuzz::Scratch folder;
  return folder;
}

bool is_inside(std::string_view path) {
  return kbx::normal_path(path).starts_with(scratch().path() + "/");
}

bool evaluating = false;

Hooks hooks_for(Budget& budget) {
  Hooks hooks;
  hooks.shell = [&budget](const ShellCall& call) {
    budget.spend(call.command.size());
    return ShellResult{static_cast<int>(call.command.size() % 2), call.command, {}};
  };
  hooks.redirect = [&budget](std::string_view path) {
    budget.spend(1000);
    return is_inside(path) ? std::string(path) : scratch().at("none");
  };
  hooks.print = [&budget](Stream, std::string_view text) { budget.spend(text.size()); };
  hooks.hidden = [](std::string_view path) { return !is_inside(path); };
  hooks.trace = [&budget](std::string_view, const Variable& variable) {
    budget.spend(variable.value.size());
  };
  return hooks;
}

void resolve_all(const Evaluation& evaluation, Budget& budget) {
  Resolver resolver(evaluation, [&budget](const std::string& path) {
    budget.spend(path.size());
    return path.ends_with(".c");
  });
  std::vector<std::string> targets = {"all", "a.o", "a"};
  const std::string goal = evaluation.value(".DEFAULT_GOAL");
  if (!goal.empty()) targets.push_back(goal);
  for (size_t at = 0; at < targets.size() && at < 30; ++at) {
    const std::string target = targets[at];
    const Scope* scope = resolver.scope_of(target, nullptr);
    for (const Resolved& rule : resolver.resolve(target, nullptr)) {
      const Scope automatic = automatic_scope(rule, {}, scope);
      expand_recipe(evaluation, rule, automatic);
      for (const Prerequisite& prerequisite : rule.prerequisites)
        targets.push_back(prerequisite.name);
    }
    evaluation.recipe_environment(scope);
  }
}

void evaluate(std::string_view text) {
  kbx::write_file_atomically(scratch().at("Makefile"), text);
  Budget budget;
  Setup setup;
  setup.environment = {{"PATH", "/bin"}, {"E", "$(A) e"}};
  setup.folder = scratch().path();
  setup.command_line_variables = {"C=c $(A)"};
  // The built-in rules and variables cost more than the rest of a run.
  setup.built_in_rules = setup.built_in_variables = text.starts_with("#b");
  Evaluation evaluation(setup, hooks_for(budget));
  kbx::fuzz::allow_errors([&] { evaluation.read_makefile("Makefile"); });
  std::vector<std::string> names;
  for (const auto& [name, variable] : evaluation.global_variables()) names.push_back(name);
  for (const std::string& name : names) kbx::fuzz::allow_errors([&] { evaluation.value(name); });
  kbx::fuzz::allow_errors([&] { resolve_all(evaluation, budget); });
}

}  // namespace

extern "C" std::FILE* __real_fopen(const char* path, const char* mode);   // NOLINT
extern "C" std::FILE* __wrap_fopen(const char* path, const char* mode);   // NOLINT
extern "C" std::FILE* __wrap_fopen(const char* path, const char* mode) {  // NOLINT
  if (evaluating && !is_inside(path)) {
    errno = ENOENT;
    return nullptr;
  }
  return __real_fopen(path, mode);
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  evaluating = true;
  try {
    evaluate(kbx::fuzz::text_of(data, size));
  } catch (const Enough&) {
    size = 0;
  }
  evaluating = false;
  for (const std::string& name : kbx::list_folder(scratch().path()))
    kbx::remove_tree(scratch().at(name));
  return 0;
}
