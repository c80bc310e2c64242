// Rule lines (GNU make manual, "Writing Rules", "Static Pattern Rules", "Target-specific Variable
// Values"). A line cannot be expanded as a whole: if it turns out to set a target-specific
// variable, the value stays as written. So it is expanded word by word up to the first colon.
#include <algorithm>

#include "kbx/base/text.h"
#include "kbx/makelang/names.h"
#include "kbx/makelang/pattern.h"
#include "kbx/makelang/reader.h"
#include "kbx/makelang/scan.h"
#include "kbx/makelang/scopes.h"

namespace kbx::makelang {
namespace {

enum class WordKind { end, colon, other };
struct RuleWord {
  WordKind kind = WordKind::end;
  size_t begin = 0;
  size_t end = 0;
};

/// The next word of an unexpanded rule line; colons end a word, references are passed over.
RuleWord next_rule_word(std::string_view text, size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  RuleWord word{WordKind::other, at, at};
  if (at == text.size()) return {WordKind::end, at, at};
  const auto follows = [&](size_t place, char c) {
    return place + 1 < text.size() && text[place + 1] == c;
  };
  const char first = text[at];
  if (first == ':' || (first == '&' && follows(at, ':'))) {
    word.kind = WordKind::colon;
    word.end = at + (first == '&' ? 2 : 1);
    if (word.end < text.size() && text[word.end] == ':') ++word.end;
    return word;
  }
  if (first == ';' || first == '=') {
    word.end = at + 1;
    return word;
  }
  while (at < text.size()) {
    const char c = text[at];
    if (is_space(c) || c == '=' || c == ':' || (c == '&' && follows(at, ':'))) break;
    if ((c == '?' || c == '+') && follows(at, '=')) break;
    if (c == '$') {
      at = skip_reference(text, at);
    } else if (c == '\\' && at + 1 < text.size() &&
               std::string_view(":;=\\").find(text[at + 1]) != std::string_view::npos) {
      at += 2;
    } else {
      ++at;
    }
  }
  // An operator alone is a word too.
  word.end = std::max(at, word.begin + 1);
  return word;
}

/// The place of the colon that separates a static pattern from its prerequisites.
size_t find_pattern_colon(std::string_view text) {
  for (size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    size_t quotes = 0;
    while (quotes < at && text[at - quotes - 1] == '\\') ++quotes;
    if (quotes % 2 == 0) return at;
  }
  return std::string_view::npos;
}

/// A rule line taken apart up to its first colon.
struct RuleLine {
  std::string line;                   // without recipe and comment, continuations collapsed
  std::optional<std::string> recipe;  // what follows the semicolon
  bool recipe_as_written = false;     // it comes from the line itself, not from an expansion
  std::string expanded;               // the part up to `at`
  size_t at = 0;                      // where the unexpanded part of `line` starts
  size_t colon = std::string::npos;   // in `expanded`; of "&:" the '&'
};

/// Cuts off the first unquoted semicolon of `expanded` from `from` on, and what follows.
void cut_expanded_recipe(Expander& expander, RuleLine& rule, size_t from) {
  if (rule.recipe) return;
  const size_t semicolon = find_unquoted(rule.expanded, from, ";", false);
  if (semicolon == std::string::npos) return;
  rule.recipe = rule.expanded.substr(semicolon + 1);
  expander.append(*rule.recipe, std::string_view(rule.line).substr(rule.at));
  rule.expanded.resize(semicolon);
  rule.at = rule.line.size();
}

/// Expands words until one holds a colon. False if there is none.
bool find_colon(Expander& expander, RuleLine& rule, RuleWord word) {
  size_t from = 0;
  while (true) {
    expander.append(rule.expanded,
                    std::string_view(rule.line).substr(word.begin, word.end - word.begin));
    rule.at = word.end;
    cut_expanded_recipe(expander, rule, from);
    rule.colon = find_unquoted(rule.expanded, from, ":", false);
    if (rule.colon != std::string::npos) {
      if (rule.colon > from && rule.expanded[rule.colon - 1] == '&') --rule.colon;
      return true;
    }
    word = next_rule_word(rule.line, rule.at);
    if (word.kind == WordKind::end) return false;
    rule.expanded += ' ';
    from = rule.expanded.size();
  }
}

}  // namespace

void Reader::handle_rule() {
  finish_rule();
  RuleLine rule;
  std::string line(raw_);
  const size_t cut = find_unquoted(line, 0, ";#", true);
  if (cut != std::string::npos) {
    if (line[cut] == ';') {
      rule.recipe = line.substr(cut + 1);
      rule.recipe_as_written = true;
    }
    line.resize(cut);
  }
  rule.line = collapse_continuations(line, state_.posix);

  const RuleWord first = next_rule_word(rule.line, 0);
  if (first.kind == WordKind::end) {
    if (rule.recipe) fail("missing rule before recipe");
    return;
  }
  if (first.kind == WordKind::colon) {
    no_targets_ = true;
    return;
  }
  if (!find_colon(expander_, rule, first)) {
    const std::string_view text = skip_space(rule.expanded);
    if (text.empty()) return;
    fail_without_colon(text);
  }

  const bool grouped = rule.expanded[rule.colon] == '&';
  std::string_view target_text = std::string_view(rule.expanded).substr(0, rule.colon);
  std::vector<std::string> targets = split_names(expander_, target_text, '\0', {});
  if (targets.empty()) {
    no_targets_ = true;
    return;
  }
  size_t after = rule.colon + (grouped ? 2 : 1);
  const bool double_colon = after < rule.expanded.size() && rule.expanded[after] == ':';
  if (double_colon) ++after;
  const std::string_view left = std::string_view(rule.line).substr(rule.at);
  const std::string unexpanded = rule.expanded.substr(after).append(left);
  if (handle_target_variable(targets, unexpanded, rule.recipe_as_written ? &*rule.recipe : nullptr))
    return;

  std::string prerequisites = rule.expanded.substr(after);
  std::string rest(left);
  find_unquoted(rest, 0, "=", false);
  expander_.append(prerequisites, rest);
  if (!rule.recipe) {
    const size_t semicolon = find_unquoted(prerequisites, 0, ";", false);
    if (semicolon != std::string::npos) {
      rule.recipe = prerequisites.substr(semicolon + 1);
      prerequisites.resize(semicolon);
    }
  }
  no_targets_ = false;
  rule_.emplace();
  rule_->targets = std::move(targets);
  rule_->grouped = grouped;
  rule_->double_colon = double_colon;
  start_rule(prerequisites, std::move(rule.recipe));
}

void Reader::fail_without_colon(std::string_view text) const {
  if (state_.recipe_prefix == '\t' && raw_.starts_with("        "))
    fail("missing separator (did you mean TAB instead of 8 spaces?)");
  if (text.starts_with("ifeq") || text.starts_with("ifneq"))
    fail("missing separator", "ifeq and ifneq need a space before their condition");
  fail("missing separator",
       "a line outside a recipe must be an assignment, a directive, or a rule with a colon");
}

/// The part of a rule after its targets, expanded.
void Reader::start_rule(const std::string& prerequisites, std::optional<std::string> recipe) {
  RuleText& rule = *rule_;
  rule.where = place_;
  rule.recipe_prefix = state_.recipe_prefix;
  rule.built_in = options_.built_in;
  std::string_view text = prerequisites;
  if (find_pattern_colon(text) != std::string_view::npos) {
    NameOptions options;
    options.globs = false;
    std::vector<std::string> patterns = split_names(expander_, text, ':', options);
    if (patterns.empty()) fail("missing target pattern");
    if (patterns.size() > 1) fail("multiple target patterns");
    if (!is_pattern(patterns[0])) fail("target pattern contains no '%'");
    rule.pattern = std::move(patterns[0]);
  }
  rule.prerequisites = trim(text);
  if (recipe) {
    rule.has_recipe = true;
    rule.recipe.push_back({std::move(*recipe), place_});
  }
  if (options_.sets_goal && !options_.built_in) choose_goal();
}

void Reader::choose_goal() {
  const Variable* present = state_.globals.find(".DEFAULT_GOAL");
  if (present && !present->value.empty()) return;
  for (const std::string& target : rule_->targets) {
    if (target.find('%') != std::string::npos) return;
    if (!may_be_goal(state_.book, target)) continue;
    define_global(state_, {".DEFAULT_GOAL", target, Flavor::simple, Origin::file, place_});
    state_.book.default_goal = target;
    return;
  }
}

void Reader::finish_rule() {
  no_targets_ = false;
  if (!rule_) return;
  RuleText rule = std::move(*rule_);
  rule_.reset();
  record_rule(expander_, std::move(rule));
}

/// Handles "TARGETS: [MODIFIERS] NAME = VALUE". `recipe` is the text after a semicolon of the line,
/// which belongs to the value.
bool Reader::handle_target_variable(const std::vector<std::string>& targets,
                                    const std::string& text, const std::string* recipe) {
  const auto line = parse_assignment_line(text, true);
  if (!line) return false;
  std::string whole(line->text);
  if (recipe) whole += ';' + collapse_continuations(*recipe, state_.posix);
  const auto assignment = parse_assignment(whole);
  for (const std::string& target : targets)
    record_target_assignment(expander_, target, *assignment, line->modifiers, place_);
  return true;
}

}  // namespace kbx::makelang
