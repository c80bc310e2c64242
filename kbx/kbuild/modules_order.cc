// The command for modules.order, as scripts/Makefile.build composes it, is a group of `echo
// MODULES` and `cat LISTS`, with a filter behind it in some kernels that drops repeated lines.
#include "kbx/kbuild/modules_order.h"

#include <set>

#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

/// The words after `echo` and `cat` in the command that writes modules.order, in order.
struct OrderWord {
  bool is_list;  // cat: another modules.order
  std::string path;
};

std::vector<OrderWord> order_words(std::string_view command) {
  std::vector<OrderWord> result;
  std::string spaced = replace_all(command, ";", " ; ");
  const auto words = split_words(spaced);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == ">" || words[i] == "|") break;
    if (words[i] == "cat" || words[i] == "echo") {
      const bool is_list = words[i] == "cat";
      while (i + 1 < words.size() && words[i + 1] != ";" && words[i + 1] != ">")
        result.push_back({is_list, std::string(words[++i])});
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> modules_order_lines(
    std::string_view command,
    const std::function<const std::vector<std::string>&(const std::string& list)>& lines_of) {
  std::vector<std::string> lines;
  for (const OrderWord& word : order_words(command)) {
    if (!word.is_list) {
      lines.push_back(word.path);
    } else {
      const auto& nested = lines_of(word.path);
      lines.insert(lines.end(), nested.begin(), nested.end());
    }
  }
  std::set<std::string> seen;
  if (command.find("!x[$0]++") != std::string_view::npos)
    std::erase_if(lines, [&](const std::string& line) { return !seen.insert(line).second; });
  return lines;
}

}  // namespace kbx::kbuild
