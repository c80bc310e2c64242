#include "kbx/ninja/own_programs.h"

#include "kbx/base/text.h"

/// The tree's programs were built for the machine that made the header package, and need its
/// libraries; kbx's own run wherever kbx does, and faster. kbuild names a program by its path from
/// the build folder, so the path also tells whose dialect is wanted.
namespace kbx::ninja {
namespace {

struct OwnProgram {
  std::string_view path;     // in the kernel tree
  std::string_view command;  // of kbx, up to the tree
};

constexpr OwnProgram own_programs[] = {
    {"scripts/genksyms/genksyms", "genksyms --kernel"},
    {"scripts/mod/modpost", "modpost --tree"},
};

bool ends_word(char c) {
  return is_space(c) || std::string_view("|&;()<>").find(c) != std::string_view::npos;
}

/// Whether a word that comes after `before` is the name of a program.
bool is_command_position(std::string_view before) {
  before = trim(before);
  if (before.empty() || std::string_view("|&;({").find(before.back()) != std::string_view::npos)
    return true;
  const size_t start = before.find_last_of(" \t\n;|&(") + 1;
  const std::string_view word = before.substr(start);
  return word == "then" || word == "else" || word == "do" || word == "!";
}

/// Where the word begins that has the character at `at` in it.
size_t word_start(std::string_view text, size_t at) {
  while (at > 0 && !ends_word(text[at - 1])) --at;
  return at;
}

}  // namespace

std::string with_own_programs(std::string_view text, const std::string& kbx) {
  std::string result(text);
  for (const auto& [path, command] : own_programs) {
    for (size_t at = result.find(path); at != std::string::npos; at = result.find(path, at + 1)) {
      const size_t start = word_start(result, at);
      const size_t end = at + path.size();
      const std::string tree = result.substr(start, at - start);
      if ((end < result.size() && !ends_word(result[end])) ||
          (!tree.empty() && !tree.ends_with('/')) ||
          !is_command_position(std::string_view(result).substr(0, start)))
        continue;
      const std::string call =
          shell_quote(kbx) + " " + std::string(command) + " " + (tree.empty() ? "." : tree);
      result.replace(start, end - start, call);
      at = start + call.size() - 1;
    }
  }
  return result;
}

}  // namespace kbx::ninja
