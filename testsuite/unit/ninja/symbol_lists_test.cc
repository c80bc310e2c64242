#include "kbx/ninja/symbol_lists.h"

#include <doctest/doctest.h>

using kbx::kbuild::Action;
using kbx::kbuild::Plan;
using kbx::kbuild::Step;
using kbx::ninja::symbol_lists;

namespace {

Action action_of(std::string text) {
  Action action;
  action.folder = "/kernel";
  Step step;
  step.text = std::move(text);
  action.steps.push_back(std::move(step));
  return action;
}

}  // namespace

TEST_CASE("modpost's lists of symbols are found, those of other commands are not") {
  Plan plan;
  plan.actions.push_back(action_of("gcc -i other.symvers -c a.c"));
  plan.actions.push_back(
      action_of("sed 's/ko$/o/' modules.order | scripts/mod/modpost -m -o /m/Module.symvers -e "
                "-i Module.symvers -i /other/Module.symvers -T -"));
  plan.actions.push_back(action_of("scripts/mod/modpost -i Module.symvers -i"));
  CHECK(symbol_lists(plan) ==
        std::vector<std::string>{"/kernel/Module.symvers", "/other/Module.symvers"});
}
