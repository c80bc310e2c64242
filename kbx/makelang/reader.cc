// Reads makefiles (GNU make manual, "How make Reads a Makefile" and "How Makefiles Are Parsed"):
// logical lines, and what each of them is. Most lines of big makefiles are plain assignments; they
// take a short way that copies nothing but name and value.
#include "kbx/makelang/reader.h"

#include <algorithm>
#include <cstring>

#include "kbx/base/text.h"
#include "kbx/makelang/scan.h"

namespace kbx::makelang {
namespace {

bool ends_in_odd_backslashes(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && text[text.size() - 1 - count] == '\\') ++count;
  return count % 2 == 1;
}

std::string_view first_word(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && !is_space(text[end])) ++end;
  return text.substr(0, end);
}

}  // namespace

Reader::Reader(const Expander& context, std::string_view text, SourceRef first,
               ReaderOptions options)
    : expander_(context),
      state_(expander_.state()),
      text_(text),
      next_number_(first.line),
      place_(first),
      options_(options) {}

void Reader::fail(const std::string& message, std::string hint) const {
  throw state_.error(place_, message, std::move(hint));
}

/// Moves on to the next logical line; false at the end.
bool Reader::next_line() {
  if (next_ >= text_.size()) return false;
  const size_t begin = next_;
  place_.line = next_number_;
  size_t end = begin;
  while (true) {
    const size_t newline = std::min(text_.find('\n', end), text_.size());
    if (options_.counts_lines) ++next_number_;
    next_ = newline + 1;
    raw_ = text_.substr(begin, newline - begin);
    if (newline == begin || text_[newline - 1] != '\\' ||
        !ends_in_odd_backslashes(text_.substr(end, newline - end)))
      return true;
    if (newline + 1 >= text_.size()) {
      // The backslash at the very end joins nothing.
      raw_ = text_.substr(begin, newline - begin + (newline < text_.size() ? 1 : 0));
      return true;
    }
    end = newline + 1;
  }
}

void Reader::read() {
  while (next_line()) {
    if (raw_.empty()) continue;
    expander_.set_reading(place_);
    handle_line();
  }
  place_.line = next_number_;
  if (conditionals_.any_open()) fail("missing 'endif'");
  finish_rule();
}

void Reader::handle_line() {
  if (raw_[0] == state_.recipe_prefix && handle_recipe_line()) return;
  if (handle_plain_assignment()) return;

  std::string joined;
  if (raw_.find('\n') != std::string_view::npos)
    joined = collapse_continuations(raw_, state_.posix);
  else
    joined = raw_;
  if (raw_.find('#') != std::string_view::npos) remove_comment(joined);
  const std::string_view line = skip_space(joined);

  if (const auto assignment = parse_assignment_line(line, false)) {
    if (conditionals_.ignoring()) {
      if (assignment->modifiers.defines) in_ignored_define_ = true;
    } else {
      handle_assignment(*assignment);
    }
    return;
  }
  if (line.empty()) return;
  if (in_ignored_define_) {
    if (first_word(line) == "endef" && skip_space(line.substr(5)).empty())
      in_ignored_define_ = false;
    return;
  }
  if (conditionals_.handle(expander_, line, place_) || conditionals_.ignoring()) return;
  if (handle_directive(line)) return;
  if (raw_[0] == state_.recipe_prefix) fail("recipe commences before first target");
  handle_rule();
}

/// "NAME = value" without anything that needs a closer look.
bool Reader::handle_plain_assignment() {
  if (conditionals_.ignoring()) return false;
  size_t end = 0;
  while (end < raw_.size() && is_name_letter(raw_[end])) ++end;
  if (end == 0) return false;
  size_t at = end;
  while (at < raw_.size() && is_blank(raw_[at])) ++at;
  if (at >= raw_.size()) return false;
  Operator op = Operator::recursive;
  if (raw_[at] != '=') {
    if (at + 1 >= raw_.size() || raw_[at + 1] != '=') return false;
    if (raw_[at] == ':')
      op = Operator::simple;
    else if (raw_[at] == '+')
      op = Operator::append;
    else if (raw_[at] == '?')
      op = Operator::conditional;
    else
      return false;
    ++at;
  }
  const std::string_view value = skip_space(raw_.substr(at + 1));
  if (std::memchr(value.data(), '#', value.size()) || std::memchr(value.data(), '\n', value.size()))
    return false;
  finish_rule();
  assign_global(expander_, raw_.substr(0, end), op, value, options_.origin, place_);
  return true;
}

/// A line that starts with the recipe prefix belongs to the rule before it, if there is one.
bool Reader::handle_recipe_line() {
  if (no_targets_) return true;
  if (!rule_) return false;
  if (conditionals_.ignoring()) return true;
  rule_->has_recipe = true;
  rule_->recipe.push_back({std::string(raw_.substr(1)), place_});
  return true;
}

bool Reader::handle_directive(std::string_view line) {
  const std::string_view word = first_word(line);
  const std::string_view rest = skip_space(line.substr(word.size()));
  if (word == "export" || word == "unexport") {
    finish_rule();
    handle_export(rest, word == "export");
  } else if (word == "vpath") {
    finish_rule();
    handle_vpath(rest);
  } else if (word == "include" || word == "-include" || word == "sinclude") {
    finish_rule();
    handle_include(rest, word != "include");
  } else {
    return false;
  }
  return true;
}

void Reader::handle_vpath(std::string_view rest) {
  const std::string expanded = expander_.expand(rest);
  const std::vector<std::string_view> words = split_words(expanded);
  std::vector<SearchPath>& paths = state_.book.vpaths;
  if (words.empty()) {
    paths.clear();
    return;
  }
  const std::string pattern(words[0]);
  if (words.size() == 1) {
    std::erase_if(paths, [&](const SearchPath& path) { return path.pattern == pattern; });
    return;
  }
  SearchPath path{pattern, {}};
  for (size_t i = 1; i < words.size(); ++i)
    for (std::string_view folder : split(words[i], ':')) {
      if (folder.empty()) continue;
      while (folder.size() > 1 && folder.back() == '/') folder.remove_suffix(1);
      if (folder != ".") path.folders.emplace_back(folder);
    }
  if (!path.folders.empty()) paths.push_back(std::move(path));
}

void read_eval(Expander& expander, std::string_view text) {
  ReaderOptions options;
  options.counts_lines = false;
  Reader(expander, text, expander.reading(), options).read();
}

}  // namespace kbx::makelang
