#include <utility>

#include "kbx/base/text.h"
#include "kbx/makelang/reader.h"
#include "kbx/makelang/scan.h"

namespace kbx::makelang {
namespace {

std::string_view directive_of(std::string_view line) {
  size_t end = 0;
  while (end < line.size() && !is_space(line[end])) ++end;
  const std::string_view word = line.substr(0, end);
  for (std::string_view name : {"ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"})
    if (word == name) return name;
  return {};
}

void complain_of_text(Expander& expander, std::string_view directive, SourceRef where) {
  expander.state().complain(where,
                            "extraneous text after '" + std::string(directive) + "' directive");
}

/// The place of the character that ends an operand in brackets: `end` outside nested ones.
size_t find_end(std::string_view text, char end) {
  int depth = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == end && depth <= 0) return at;
    if (c == '(')
      ++depth;
    else if (c == ')')
      --depth;
  }
  return std::string_view::npos;
}

/// Takes the first operand of ifeq off `text`: "(A,", "\"A\"" or "'A'"; nothing if it is malformed.
std::optional<std::string_view> take_left(std::string_view& text) {
  if (text.empty() || (text[0] != '(' && text[0] != '"' && text[0] != '\'')) return {};
  const char quote = text[0];
  text.remove_prefix(1);
  const size_t end = quote == '(' ? find_end(text, ',') : text.find(quote);
  if (end == std::string_view::npos) return {};
  std::string_view operand = text.substr(0, end);
  text = skip_space(text.substr(end + 1));
  if (quote == '(')
    while (!operand.empty() && is_blank(operand.back())) operand.remove_suffix(1);
  return operand;
}

/// Takes the second operand off: "B)" if the first one had the bracket, else "\"B\"" or "'B'".
std::optional<std::string_view> take_right(std::string_view& text, bool bracket) {
  size_t end = std::string_view::npos;
  if (bracket) {
    end = find_end(text, ')');
  } else {
    if (text.empty() || (text[0] != '"' && text[0] != '\'')) return {};
    const char quote = text[0];
    text.remove_prefix(1);
    end = text.find(quote);
  }
  if (end == std::string_view::npos) return {};
  const std::string_view operand = text.substr(0, end);
  text = skip_space(text.substr(end + 1));
  return operand;
}

}  // namespace

void Conditionals::update() {
  ignoring_ = false;
  for (const Level& level : levels_)
    if (level.branch != Branch::taken) ignoring_ = true;
}

bool Conditionals::handle(Expander& expander, std::string_view line, SourceRef where) {
  const std::string_view directive = directive_of(line);
  if (directive.empty()) return false;
  const std::string_view rest = skip_space(line.substr(directive.size()));
  if (directive == "else") {
    handle_else(expander, rest, where);
  } else if (directive == "endif") {
    if (!rest.empty()) complain_of_text(expander, directive, where);
    if (levels_.empty()) throw expander.state().error(where, "extraneous 'endif'");
    levels_.pop_back();
  } else if (!open(expander, directive, rest, where)) {
    throw expander.state().error(where, "invalid syntax in conditional");
  }
  update();
  return true;
}

void Conditionals::handle_else(Expander& expander, std::string_view rest, SourceRef where) {
  if (levels_.empty()) throw expander.state().error(where, "extraneous 'else'");
  const size_t index = levels_.size() - 1;
  if (levels_[index].seen_else)
    throw expander.state().error(where, "only one 'else' per conditional");
  if (levels_[index].branch == Branch::taken)
    levels_[index].branch = Branch::done;
  else if (levels_[index].branch == Branch::not_yet)
    levels_[index].branch = Branch::taken;
  if (rest.empty()) {
    levels_[index].seen_else = true;
    return;
  }
  // Another conditional on the same line takes this one's place.
  const std::string_view directive = directive_of(rest);
  if (directive.empty() || directive == "else" || directive == "endif") {
    complain_of_text(expander, "else", where);
    return;
  }
  if (!open(expander, directive, skip_space(rest.substr(directive.size())), where)) {
    complain_of_text(expander, "else", where);
    return;
  }
  if (levels_[index].branch != Branch::done) levels_[index].branch = levels_[index + 1].branch;
  levels_.resize(index + 1);
}

/// Opens a level; false if its condition is malformed. Conditions in ignored parts are not looked
/// at.
bool Conditionals::open(Expander& expander, std::string_view directive, std::string_view rest,
                        SourceRef where) {
  bool ignored = false;
  for (const Level& level : levels_) ignored = ignored || level.branch != Branch::taken;
  Level& level = levels_.emplace_back();
  if (ignored) {
    level.branch = Branch::not_yet;
    return true;
  }
  bool holds = false;
  const bool negated = directive == "ifneq" || directive == "ifndef";
  if (directive == "ifdef" || directive == "ifndef") {
    const std::string expanded = expander.expand(rest);
    const std::vector<std::string_view> names = split_words(expanded);
    // A name after a blank is one word too many: the name ends before the blank.
    if (names.size() > 1 || (!names.empty() && is_space(expanded[0]))) return false;
    const Variable* variable = expander.find(names.empty() ? std::string_view() : names[0]);
    holds = variable && !variable->value.empty();
  } else {
    const bool bracket = rest.starts_with('(');
    const auto left = take_left(rest);
    if (!left) return false;
    const std::string expanded = expander.expand(*left);
    const auto right = take_right(rest, bracket);
    if (!right) return false;
    if (!rest.empty()) complain_of_text(expander, directive, where);
    holds = expanded == expander.expand(*right);
  }
  level.branch = holds != negated ? Branch::taken : Branch::not_yet;
  return true;
}

}  // namespace kbx::makelang
