#include <nlohmann/json.hpp>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/ninja/build.h"
#include "kbx/ninja/shell.h"
#include "kbx/ninja/writer.h"

/// compile_commands.json, after "JSON Compilation Database Format Specification" of LLVM.
///
/// kbuild may have been told of a shadow of the driver's folder. An editor has the true file open,
/// so sources and include folders are named by their true place; the shadow stays behind in the
/// search path for what the build makes there.
namespace kbx::ninja {
namespace {

std::vector<std::string> true_arguments(const std::vector<std::string>& words,
                                        const kbuild::Plan& plan) {
  if (plan.folder == plan.source) return words;
  const auto to_true = [&](std::string word) {
    word = replace_all(word, plan.folder + "/", plan.source + "/");
    if (word.ends_with(plan.folder))
      word.replace(word.size() - plan.folder.size(), plan.folder.size(), plan.source);
    return word;
  };
  std::vector<std::string> result;
  std::vector<std::string> shadows;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    result.push_back(word.starts_with("-Wp,") ? word : to_true(word));
    if (word == "-o" && i + 1 < words.size()) result.push_back(words[++i]);
    if (word.starts_with("-I") && result.back() != word) shadows.push_back(word);
  }
  result.insert(result.end(), shadows.begin(), shadows.end());
  return result;
}

}  // namespace

std::string compile_commands_text(const kbuild::Plan& plan) {
  nlohmann::ordered_json entries = nlohmann::ordered_json::array();
  for (const kbuild::Action& action : plan.actions) {
    const bool compiles =
        action.kind == kbuild::ActionKind::compile || action.kind == kbuild::ActionKind::assemble;
    if (!compiles || action.steps.empty() || action.inputs.empty()) continue;
    const auto words = shell_split(first_command(main_step(action).text));
    if (!words) continue;
    std::string file = action.inputs.front();
    if (is_below(file, plan.folder)) file = plan.source + file.substr(plan.folder.size());
    entries.push_back({{"directory", action.folder},
                       {"file", file},
                       {"arguments", true_arguments(*words, plan)},
                       {"output", action.outputs.front()}});
  }
  return entries.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace kbx::ninja
