// Response files, as GNU's programs read them: expandargv and buildargv of libiberty.

#include "kbx/link/command/response_file.h"

#include <optional>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/text.h"

namespace kbx::link::command {
namespace {

constexpr int most_files = 2000;

struct Expansion {
  std::vector<std::string> words;
  int files_left = most_files;

  void add(const std::string& word) {
    const std::string path = word.starts_with('@') ? word.substr(1) : "";
    if (path.empty() || !exists(path)) return words.push_back(word);
    if (is_folder(path)) throw Error("error: @-file refers to a directory", path + " is a folder");
    if (--files_left == 0)
      throw Error("error: too many @-files encountered", path + " may name itself");
    const std::optional<std::string> text = read_file_if_present(path);
    if (!text) return words.push_back(word);
    for (const std::string& inner : split_response(*text)) add(inner);
  }
};

}  // namespace

std::vector<std::string> split_response(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  bool escaped = false;
  char quote = 0;
  for (const char c : text) {
    if (is_space(c) && !escaped && !quote) {
      if (in_word) words.push_back(word);
      word.clear();
      in_word = false;
      continue;
    }
    in_word = true;
    if (escaped) {
      word += c;
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (quote ? c == quote : c == '\'' || c == '"') {
      quote = quote ? '\0' : c;
    } else {
      word += c;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

std::vector<std::string> expand_response_files(const std::vector<std::string>& words) {
  Expansion expansion;
  for (const std::string& word : words) expansion.add(word);
  return expansion.words;
}

}  // namespace kbx::link::command
