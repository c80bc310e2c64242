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

struct Operands {
  std::string_view left;
  std::string_view right;
  bool extra = false;  // text after them
};

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

/// The operands of ifeq: (A,B), "A" "B", 'A' 'B' or a mixture of quotes; nothing if it is none.
std::optional<Operands> parse_operands(std::string_view text) {
  if (text.empty() || (text[0] != '(' && text[0] != '"' && text[0] != '\'')) return {};
  Operands operands;
  const bool brackets = text[0] == '(';
  const char quote = text[0];
  text.remove_prefix(1);
  size_t end = brackets ? find_end(text, ',') : text.find(quote);
  if (end == std::string_view::npos) return {};
  operands.left = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (brackets) {
    while (!operands.left.empty() && is_blank(operands.left.back())) operands.left.remove_suffix(1);
    text = skip_space(text);
    end = find_end(text, ')');
  } else {
    text = skip_space(text);
    if (text.empty() || (text[0] != '"' && text[0] != '\'')) return {};
    const char second = text[0];
    text.remove_prefix(1);
    end = text.find(second);
  }
  if (end == std::string_view::npos) return {};
  operands.right = text.substr(0, end);
  operands.extra = !skip_space(text.substr(end + 1)).empty();
  return operands;
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
    if (names.size() > 1) return false;
    const Variable* variable = expander.find(names.empty() ? std::string_view() : names[0]);
    holds = variable && !variable->value.empty();
  } else {
    const auto operands = parse_operands(rest);
    if (!operands) return false;
    if (operands->extra) complain_of_text(expander, directive, where);
    const std::string left = expander.expand(operands->left);
    holds = left == expander.expand(operands->right);
  }
  level.branch = holds != negated ? Branch::taken : Branch::not_yet;
  return true;
}

}  // namespace kbx::makelang
