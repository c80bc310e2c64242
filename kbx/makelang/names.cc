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

/// True if a word after `rest` closes an archive group that the present word opens.
bool group_closes(std::string_view rest) {
  for (std::string_view word : split_words(rest))
    if (word.back() == ')') return true;
  return false;
}

class NameSplitter {
 public:
  NameSplitter(Expander& expander, const NameOptions& options)
      : expander_(expander), options_(options) {}

  /// One word; `rest` is the text after it.
  void add(std::string_view word, std::string_view rest) {
    if (options_.strips_dot) word = without_dot(word);
    if (!options_.archives) {
      add_name(std::string(word));
    } else if (!archive_.empty()) {
      add_member(word);
    } else {
      add_maybe_group(word, rest);
    }
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  void add_maybe_group(std::string_view word, std::string_view rest) {
    const size_t open = word.find('(');
    if (open == std::string_view::npos || open == 0 || word.back() == ')' || !group_closes(rest)) {
      add_name(std::string(word));
      return;
    }
    archive_ = word.substr(0, open + 1);
    if (open + 1 < word.size()) add_name(std::string(word) + ')');
  }
  void add_member(std::string_view word) {
    const bool last = word.back() == ')';
    if (word != ")") add_name(archive_ + std::string(word) + (last ? "" : ")"));
    if (last) archive_.clear();
  }
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
  std::string archive_;  // "lib(" while its members are read
  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> split_names(Expander& expander, std::string_view& text, char stop,
                                     const NameOptions& options) {
  NameSplitter splitter(expander, options);
  std::string stops(" \t");
  if (stop != '\0') stops += stop;
  std::string copy(text);
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
    splitter.add(std::string_view(copy).substr(at, end - at), std::string_view(copy).substr(end));
    at = end;
  }
  // Quoting backslashes were dropped from the copy, so the end is counted from the back.
  const size_t left = copy.size() - at;
  text.remove_prefix(text.size() - left);
  if (stopped) text.remove_prefix(1);
  return splitter.take();
}

}  // namespace kbx::makelang
