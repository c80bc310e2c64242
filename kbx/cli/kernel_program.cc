#include "kbx/cli/kernel_program.h"

#include <cstdio>

#include <sys/stat.h>

namespace kbx::cli {

std::optional<LetterWords> letters_and_words(int count, const char* const* arguments,
                                             std::string_view known) {
  LetterWords line;
  bool options_end = false;
  for (int i = 0; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (!options_end && word == "--")
      options_end = true;
    else if (options_end || word.size() < 2 || word[0] != '-')
      line.words.emplace_back(word);
    else if (word.find_first_not_of(known, 1) == std::string_view::npos)
      line.letters += word.substr(1);
    else
      return std::nullopt;
  }
  return line;
}

bool gave_help(int count, const char* const* arguments, const char* text) {
  if (count != 1 || std::string_view(arguments[0]) != "--help") return false;
  std::fputs(text, stdout);
  return true;
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0644U;
}

}  // namespace kbx::cli
