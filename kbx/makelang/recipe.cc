// From a recipe as written to lines for the shell (GNU make manual, "Recipe Syntax", "Recipe
// Echoing", "Recipe Execution"). Prefixes may stand before expansion and come out of it; those
// before it hold for every line that the expansion gives.
#include "kbx/base/text.h"
#include "kbx/makelang/recipe_words.h"
#include "kbx/makelang/resolve.h"

namespace kbx::makelang {
namespace {

struct Prefixes {
  bool silent = false;
  bool ignore_errors = false;
  bool always = false;
};

/// Takes prefix characters and blanks off the front of `text`.
void take_prefixes(std::string_view& text, Prefixes& prefixes) {
  while (!text.empty()) {
    const char c = text[0];
    if (c == '@')
      prefixes.silent = true;
    else if (c == '-')
      prefixes.ignore_errors = true;
    else if (c == '+')
      prefixes.always = true;
    else if (c != ' ' && c != '\t')
      return;
    text.remove_prefix(1);
  }
}

Prefixes unexpanded_prefixes(std::string_view text) {
  Prefixes prefixes;
  std::string_view rest = text;
  take_prefixes(rest, prefixes);
  if (text.find("$(MAKE)") != std::string_view::npos ||
      text.find("${MAKE}") != std::string_view::npos)
    prefixes.always = true;
  return prefixes;
}

bool is_escaped(std::string_view text, size_t at, size_t begin) {
  bool escaped = false;
  while (at > begin && text[at - 1] == '\\') {
    escaped = !escaped;
    --at;
  }
  return escaped;
}

/// Backslash-newlines inside variable references are white space before functions see them.
std::string join_lines_in_references(std::string_view text) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    out += c;
    ++at;
    if (c != '$' || at == text.size()) continue;
    const char open = text[at];
    if (open != '(' && open != '{') {
      if (open == '$') {
        out += open;
        ++at;
      }
      continue;
    }
    const char close = open == '(' ? ')' : '}';
    out += open;
    const size_t begin = ++at;
    const size_t out_begin = out.size();
    int depth = 0;
    for (; at < text.size(); ++at) {
      if (text[at] == close && --depth < 0) break;
      if (text[at] == open) ++depth;
      if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '\n' &&
          !is_escaped(text, at, begin)) {
        ++at;
        while (at + 1 < text.size() && is_space(text[at + 1])) ++at;
        while (out.size() > out_begin && (out.back() == ' ' || out.back() == '\t')) out.pop_back();
        out += ' ';
        continue;
      }
      out += text[at];
    }
  }
  return out;
}

/// The end of the first line of `text`: a newline that no backslash continues.
size_t end_of_line(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') return at;
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
  }
  return text.size();
}

/// The recipe prefix after a continued line is for the makefile, not for the shell.
std::string without_continued_prefixes(std::string_view text, char prefix) {
  std::string result;
  for (size_t at = 0; at < text.size(); ++at) {
    result += text[at];
    if (text[at] == '\n' && at > 0 && text[at - 1] == '\\' && at + 1 < text.size() &&
        text[at + 1] == prefix)
      ++at;
  }
  return result;
}

bool is_blank_text(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

void add_line(std::vector<CommandLine>& lines, std::string_view text, Prefixes prefixes,
              char recipe_prefix, SourceRef where) {
  take_prefixes(text, prefixes);
  if (is_blank_text(text)) return;
  lines.push_back({without_continued_prefixes(text, recipe_prefix), prefixes.silent,
                   prefixes.ignore_errors, prefixes.always, where});
}

/// Messages count recipe lines from the first one; a continued line counts as one.
SourceRef counted(SourceRef first, std::uint32_t number) {
  return first ? SourceRef{first.file, first.line + number} : first;
}

std::vector<CommandLine> one_shell(const Evaluation& evaluation, const Resolved& rule,
                                   const Scope& automatic) {
  std::string text;
  for (const RecipeLine& line : rule.recipe->lines) {
    if (!text.empty() || &line != &rule.recipe->lines.front()) text += '\n';
    text += line.text;
  }
  const SourceRef where = rule.recipe->where;
  const Prefixes prefixes = unexpanded_prefixes(text);
  const std::string expanded = evaluation.expand(join_lines_in_references(text), &automatic, where);
  std::vector<CommandLine> lines;
  add_line(lines, expanded, prefixes, rule.recipe->prefix, where);
  return lines;
}

}  // namespace

bool always_runs(std::string_view unexpanded) {
  return unexpanded_prefixes(unexpanded).always;
}

std::vector<CommandLine> expand_recipe(const Evaluation& evaluation, const Resolved& rule,
                                       const Scope& automatic) {
  std::vector<CommandLine> lines;
  if (!rule.recipe) return lines;
  const auto found = evaluation.rules().special.find(".ONESHELL");
  if (found != evaluation.rules().special.end() && found->second.present)
    return one_shell(evaluation, rule, automatic);
  std::uint32_t number = 0;
  for (const RecipeLine& line : rule.recipe->lines) {
    const SourceRef where = counted(rule.recipe->where, number++);
    const Prefixes prefixes = unexpanded_prefixes(line.text);
    const std::string expanded =
        evaluation.expand(join_lines_in_references(line.text), &automatic, where);
    std::string_view rest = expanded;
    while (true) {
      const size_t end = end_of_line(rest);
      add_line(lines, rest.substr(0, end), prefixes, rule.recipe->prefix, where);
      if (end >= rest.size()) break;
      rest.remove_prefix(end + 1);
    }
  }
  return lines;
}

}  // namespace kbx::makelang
