#include "kbx/makelang/names.h"

#include <algorithm>

#include <pwd.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/glob.h"
#include "kbx/makelang/scan.h"

namespace kbx::makelang {
namespace {

/// "~" and "~/…" by HOME, "~name" by the user's entry; "" if that says nothing.
std::string expand_tilde(Expander& expander, std::string_view name) {
  const size_t slash = std::min(name.find('/'), name.size());
  const std::string_view rest = name.substr(slash);
  if (slash == 1) {
    std::string home = expander.value("HOME");
    if (home.empty()) {
      const passwd* entry = ::getpwuid(::getuid());
      if (!entry) return {};
      home = entry->pw_dir;
    }
    return home.append(rest);
  }
  const passwd* entry = ::getpwnam(std::string(name.substr(1, slash - 1)).c_str());
  return entry ? std::string(entry->pw_dir).append(rest) : std::string();
}

std::string_view without_dot(std::string_view name) {
  while (name.size() > 2 && name.starts_with("./")) {
    const std::string_view rest = name.substr(2);
    const size_t start = rest.find_first_not_of('/');
    if (start == std::string_view::npos) return "./";
    name = rest.substr(start);
  }
  return name;
}

/// True if a word of `rest` closes an archive group that is open before it.
bool group_closes(std::string_view rest) {
  for (std::string_view word : split_words(rest))
    if (word.back() == ')') return true;
  return false;
}

bool opens_group(std::string_view word) {
  const size_t open = word.find('(');
  return open != std::string_view::npos && open > 0 && word.back() != ')';
}

class NameSplitter {
 public:
  NameSplitter(Expander& expander, const NameOptions& options)
      : expander_(expander), options_(options) {}

  /// The words; `rest` is the text after them.
  void add(std::vector<std::string> words, std::string_view rest) {
    if (options_.strips_dot)
      for (std::string& word : words) word = without_dot(word);
    if (options_.archives) words = split_archive_groups(std::move(words), rest);
    for (std::string& word : words) add_name(std::move(word));
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  void add_name(std::string name) {
    if (!name.empty() && name[0] == '~') {
      std::string expanded = expand_tilde(expander_, name);
      if (!expanded.empty()) name = std::move(expanded);
    }
    const bool wild = has_wildcard(name);
    if (!options_.must_exist && (!options_.globs || !wild)) {
      names_.push_back(std::move(name));
      return;
    }
    EvaluationState& state = expander_.state();
    std::vector<std::string> found = glob(name, state.setup.folder);
    if (state.hooks.hidden)
      std::erase_if(found, [&](const std::string& match) {
        return state.hooks.hidden(absolute_path(match, state.setup.folder));
      });
    state.observations.wildcards.emplace_back(join_path(state.setup.folder, name), found);
    if (found.empty() && !options_.must_exist) found.push_back(std::move(name));
    for (std::string& match : found) names_.push_back(std::move(match));
  }

  Expander& expander_;
  const NameOptions& options_;
  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> split_archive_groups(std::vector<std::string> words,
                                              std::string_view rest) {
  if (std::none_of(words.begin(), words.end(), opens_group)) return words;
  // The place after the last word that can close a group.
  size_t closed = words.size();
  while (closed > 0 && words[closed - 1].back() != ')') --closed;
  if (group_closes(rest)) closed = words.size() + 1;

  std::vector<std::string> result;
  std::string archive;  // "lib(" while its members are read
  for (size_t at = 0; at < words.size(); ++at) {
    std::string& word = words[at];
    const bool closes = word.back() == ')';
    if (!archive.empty()) {
      if (word != ")") result.push_back(archive + word + (closes ? "" : ")"));
      if (closes) archive.clear();
    } else if (opens_group(word) && at + 1 < closed) {
      const size_t members = word.find('(') + 1;
      archive = word.substr(0, members);
      if (members < word.size()) result.push_back(word + ')');
    } else {
      result.push_back(std::move(word));
    }
  }
  return result;
}

std::vector<std::string> split_names(Expander& expander, std::string_view& text, char stop,
                                     const NameOptions& options) {
  NameSplitter splitter(expander, options);
  std::string stops(" \t");
  if (stop != '\0') stops += stop;
  std::string copy(text);
  std::vector<std::string> words;
  size_t at = 0;
  bool stopped = false;
  while (true) {
    while (at < copy.size() && is_space(copy[at])) ++at;
    if (at == copy.size()) break;
    if (copy[at] == stop && stop != '\0') {
      stopped = true;
      break;
    }
    size_t end = find_unquoted(copy, at, stops, false);
    end = std::min(end, copy.size());  // the search may have shortened the copy
    words.push_back(copy.substr(at, end - at));
    at = end;
  }
  splitter.add(std::move(words), std::string_view(copy).substr(at));
  // Quoting backslashes were dropped from the copy, so the end is counted from the back.
  const size_t left = copy.size() - at;
  text.remove_prefix(text.size() - left);
  if (stopped) text.remove_prefix(1);
  return splitter.take();
}

}  // namespace kbx::makelang
