#include "kbx/link/layout/order_words.h"

#include "kbx/base/text.h"
#include "kbx/link/script/parse.h"

namespace kbx::link {
namespace {

constexpr std::string_view crt_end[] = {"*crtend.o", "*crtend?.o"};
constexpr std::string_view crt_begin[] = {"*crtbegin.o", "*crtbegin?.o"};

/// Adds what one word stands for.
void add_patterns(std::string_view word, std::vector<script::SectionPattern>& patterns) {
  script::SectionPattern pattern;
  switch (word.front()) {
    case '^':
      pattern.sort = script::Sort::name;
      break;
    case '&':
      pattern.sort = script::Sort::init_priority;
      break;
    case '~':
      pattern.sort = script::Sort::none;
      break;
    case '%':
      pattern.excluded.insert(pattern.excluded.end(), std::begin(crt_begin), std::end(crt_begin));
      [[fallthrough]];
    case '-':
      pattern.excluded.insert(pattern.excluded.end(), std::begin(crt_end), std::end(crt_end));
      break;
    default:
      break;
  }
  if (std::string_view("^&~%-").find(word.front()) != std::string_view::npos) word.remove_prefix(1);
  const std::size_t slash = word.find('/');
  pattern.name = word.substr(0, slash);
  patterns.push_back(pattern);
  if (slash == std::string_view::npos) return;
  // ".rela.text/t" has its short form behind ".rela".
  const std::string_view last = word.substr(slash + 1);
  std::string_view prefix;
  for (const std::string_view known : {".rela.", ".rel."})
    if (prefix.empty() && word.starts_with(known)) prefix = known.substr(0, known.size() - 1);
  pattern.name += ".*";
  patterns.push_back(pattern);
  pattern.name = std::string(prefix) + ".gnu.linkonce." + std::string(last) + ".*";
  patterns.push_back(pattern);
}

script::Statement statement(std::string_view group) {
  const std::vector<std::string_view> words = split_words(group);
  switch (words.front().front()) {
    case '=':
      return assignment(script::AssignmentKind::provide_hidden, words.front().substr(1), ".");
    case '+':
      return assignment(script::AssignmentKind::provide, words.front().substr(1), ".");
    case ':':
      return assignment(script::AssignmentKind::plain, words.front().substr(1), ".");
    default:
      break;
  }
  script::InputSections input;
  for (std::string_view word : words) {
    if (word.front() == '!') {
      input.keep = true;
      word.remove_prefix(1);
      const std::size_t colon = word.find(':');
      if (colon != std::string_view::npos) {
        input.file.name = word.substr(0, colon);
        word.remove_prefix(colon + 1);
      }
    }
    add_patterns(word, input.sections);
  }
  return input;
}

}  // namespace

script::Expression expression(std::string_view text) {
  return script::parse_expression(text, {});
}

script::Assignment assignment(script::AssignmentKind kind, std::string_view name,
                              std::string_view text) {
  script::Assignment assignment;
  assignment.kind = kind;
  assignment.symbol = name;
  assignment.value = expression(text);
  return assignment;
}

std::vector<script::Statement> statements(std::string_view words) {
  std::vector<script::Statement> result;
  for (const std::string_view group : split(words, '|')) result.push_back(statement(group));
  return result;
}

script::OutputSection output_section(std::string_view name, std::string_view words) {
  script::OutputSection section;
  section.name = name;
  section.statements = statements(words);
  return section;
}

}  // namespace kbx::link
