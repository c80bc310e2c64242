#include "kbx/ninja/symbol_lists.h"

#include <algorithm>

#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::ninja {
namespace {

constexpr std::string_view modpost = "scripts/mod/modpost";

void add_lists(const kbuild::Action& action, std::string_view command,
               std::vector<std::string>& lists) {
  const auto words = split_words(command);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "-i") continue;
    std::string path = absolute_path(std::string(words[i + 1]), action.folder);
    if (std::ranges::find(lists, path) == lists.end()) lists.push_back(std::move(path));
  }
}

}  // namespace

std::vector<std::string> symbol_lists(const kbuild::Plan& plan) {
  std::vector<std::string> lists;
  for (const kbuild::Action& action : plan.actions)
    for (const kbuild::Step& step : action.steps)
      if (const size_t at = step.text.find(modpost); at != std::string::npos)
        add_lists(action, std::string_view(step.text).substr(at), lists);
  return lists;
}

}  // namespace kbx::ninja
