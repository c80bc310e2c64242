#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the stand-ins for the kernel's small programs (recordmcount, sign-file, fixdep) have in
/// common: command lines as getopt(3) reads them, and files that are replaced.
namespace kbx::cli {

/// A command line of options that are single letters without values, and words.
struct LetterWords {
  std::string letters;  // those given, in their order
  std::vector<std::string> words;

  bool has(char letter) const { return letters.find(letter) != std::string::npos; }
};

/// Reads options from among `known`, several in a word or apart, before, between and behind words;
/// "--" ends them. Nothing if there is another option.
std::optional<LetterWords> letters_and_words(int count, const char* const* arguments,
                                             std::string_view known);

/// Prints `text` if all that was asked for is --help.
bool gave_help(int count, const char* const* arguments, const char* text);

/// Permission bits of a file that is there, else those of a new one.
unsigned mode_of(const std::string& path);

}  // namespace kbx::cli
