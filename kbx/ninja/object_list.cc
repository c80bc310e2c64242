#include "kbx/ninja/object_list.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "kbx/base/path.h"
#include "kbx/base/text.h"

/// A list whose command is only words needs no process. Trees since 5.19 write
///
///     printf '%s\n' OBJECT… | awk '!x[$0]++ { print("FOLDER/"$0) }' > NAME.mod
///
/// older ones "{ echo OBJECT…; echo; } > NAME.mod", unless the second line is to be the symbols
/// that the objects need.
namespace kbx::ninja {
namespace {

/// Whether the shell, echo and awk's print leave the word as it is.
bool is_plain(std::string_view word) {
  if (word.empty() || word.front() == '-' || word.front() == '~') return false;
  return std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+@,:%~").find(c) != std::string_view::npos;
  });
}

using Words = std::vector<std::string>;

bool all_plain(const Words& words) {
  return std::ranges::all_of(words, is_plain);
}

/// Takes `words` off the end of `from`; false if they are not there.
bool take_end(Words& from, const Words& words) {
  if (from.size() < words.size() || !std::equal(words.rbegin(), words.rend(), from.rbegin()))
    return false;
  from.resize(from.size() - words.size());
  return true;
}

bool take_start(Words& from, const Words& words) {
  if (from.size() < words.size() || !std::equal(words.begin(), words.end(), from.begin()))
    return false;
  from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(words.size()));
  return true;
}

/// FOLDER/ of awk's program; nothing for another one.
std::optional<std::string> folder_of(std::string_view program) {
  constexpr std::string_view start = "!x[$0]++ { print(\"";
  constexpr std::string_view end = "\"$0) }";
  if (program.size() < start.size() + end.size() || !program.starts_with(start) ||
      !program.ends_with(end))
    return std::nullopt;
  program.remove_prefix(start.size());
  program.remove_suffix(end.size());
  if (!program.empty() && (!is_plain(program) || !program.ends_with('/'))) return std::nullopt;
  return std::string(program);
}

/// The words end with "| awk PROGRAM", which is taken off.
std::optional<std::string> take_awk(Words& words) {
  if (words.size() < 3 || words[words.size() - 3] != "|" ||
      !base_name(words[words.size() - 2]).ends_with("awk"))
    return std::nullopt;
  auto folder = folder_of(words.back());
  words.resize(words.size() - 3);
  return folder;
}

}  // namespace

std::optional<std::string> object_list_text(const kbuild::Action& action) {
  if (action.kind != kbuild::ActionKind::custom || action.outputs.size() != 1 ||
      action.steps.size() != 1 || action.steps.front().name != "mod" ||
      !action.outputs.front().ends_with(".mod") || action.steps.front().ignore_errors)
    return std::nullopt;
  const std::string& text = action.steps.front().text;
  auto words = shell_split(text);
  if (!words || words->size() < 3 || text.find('\\') != text.rfind('\\') ||
      absolute_path(words->back(), action.folder) != action.outputs.front())
    return std::nullopt;
  words->pop_back();
  if (!take_end(*words, {">"})) return std::nullopt;
  if (take_start(*words, {"printf", "%s\\n"})) {
    const auto folder = take_awk(*words);
    if (!folder || words->empty() || !all_plain(*words)) return std::nullopt;
    std::string list;
    std::set<std::string> seen;
    for (const std::string& word : *words)
      if (seen.insert(word).second) list += *folder + word + "\n";
    return list;
  }
  if (!take_start(*words, {"{", "echo"}) || !take_end(*words, {"echo;", "}"}) || words->empty() ||
      !words->back().ends_with(';'))
    return std::nullopt;
  words->back().pop_back();
  if (!all_plain(*words)) return std::nullopt;
  return join(*words, " ") + "\n\n";
}

}  // namespace kbx::ninja
