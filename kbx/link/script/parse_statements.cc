#include <algorithm>
#include <array>
#include <utility>

#include "kbx/link/script/parser.h"

/// What stands between the braces of an output section.
namespace kbx::link::script {

namespace {

constexpr Mode mode = Mode::wild;

struct SortWord {
  std::string_view text;
  Sort sort;
};

constexpr auto sort_words = std::to_array<SortWord>({
    {"SORT", Sort::name},
    {"SORT_BY_NAME", Sort::name},
    {"SORT_BY_ALIGNMENT", Sort::alignment},
    {"SORT_BY_INIT_PRIORITY", Sort::init_priority},
    {"SORT_NONE", Sort::none},
});

std::optional<Sort> sort_of(const Token& token) {
  if (token.kind != Token::Kind::keyword) return std::nullopt;
  const auto* found = std::ranges::find(sort_words, token.text, &SortWord::text);
  if (found == sort_words.end()) return std::nullopt;
  return found->sort;
}

/// What both kinds of patterns are made of.
struct Wildcard {
  Place place;
  std::string name;
  std::vector<std::string> excluded;
  std::vector<Sort> sorts;  // the outer one first
  bool reverse = false;
  bool reverse_outside = false;  // REVERSE around a SORT word
};

std::vector<std::string> excluded_files(Parser& parser) {
  std::vector<std::string> files;
  if (!skip_keyword(parser, mode, "EXCLUDE_FILE")) return files;
  expect(parser, mode, "(");
  do {
    files.push_back(take_name(parser, mode, "the pattern of a file to exclude").text);
  } while (parser.lexer.peek(mode).is_name());
  expect(parser, mode, ")");
  return files;
}

Wildcard wildcard(Parser& parser, std::string_view expected) {
  Wildcard result;
  result.place = parser.lexer.peek(mode).place;
  size_t open = 0;
  for (;; ++open) {
    const Token token = parser.lexer.peek(mode);
    if (token.is_keyword("REVERSE") && !result.reverse) {
      result.reverse = true;
      result.reverse_outside = result.sorts.empty();
    } else if (const auto sort = sort_of(token); sort && result.sorts.size() < 2) {
      result.sorts.push_back(*sort);
    } else {
      break;
    }
    parser.lexer.take(mode);
    expect(parser, mode, "(");
  }
  result.reverse_outside = result.reverse_outside && !result.sorts.empty();
  result.excluded = excluded_files(parser);
  result.name = take_name(parser, mode, expected).text;
  for (; open > 0; --open) expect(parser, mode, ")");
  return result;
}

/// The one Sort that the words of a section pattern stand for; nothing if ld knows no such nesting.
std::optional<Sort> section_sort(const Wildcard& wildcard) {
  const auto& sorts = wildcard.sorts;
  if (sorts.empty()) return wildcard.reverse ? Sort::name : Sort::unsorted;
  if (wildcard.reverse_outside &&
      (sorts.size() > 1 || (sorts[0] != Sort::name && sorts[0] != Sort::init_priority)))
    return std::nullopt;
  if (sorts.size() == 1) return sorts[0];
  const auto nests = [](Sort sort) { return sort == Sort::name || sort == Sort::alignment; };
  if (!nests(sorts[0]) || !nests(sorts[1])) return std::nullopt;
  if (sorts[0] == sorts[1]) return sorts[0];
  return sorts[0] == Sort::name ? Sort::name_alignment : Sort::alignment_name;
}

std::optional<Sort> file_sort(const Wildcard& wildcard) {
  if (wildcard.sorts.empty()) return wildcard.reverse ? Sort::name : Sort::unsorted;
  if (wildcard.sorts.size() > 1) return std::nullopt;
  const Sort sort = wildcard.sorts[0];
  if (sort == Sort::name || (sort == Sort::none && !wildcard.reverse_outside)) return sort;
  return std::nullopt;
}

[[noreturn]] void bad_sort(const Wildcard& wildcard, std::string hint) {
  throw Error(wildcard.place.location(),
              "syntax error: these SORT words cannot stand within one another here",
              std::move(hint));
}

SectionPattern section_pattern(Parser& parser) {
  Wildcard read = wildcard(parser, "the pattern of an input section's name");
  const auto sort = section_sort(read);
  if (!sort)
    bad_sort(read, "only SORT_BY_NAME and SORT_BY_ALIGNMENT nest, each in the other or in itself");
  return {read.place, std::move(read.name), std::move(read.excluded), *sort, read.reverse};
}

void section_patterns(Parser& parser, InputSections& result, std::string_view end) {
  do {
    result.sections.push_back(section_pattern(parser));
  } while (!skip(parser, mode, end));
}

std::vector<std::string> section_flags(Parser& parser) {
  std::vector<std::string> flags;
  expect(parser, mode, "(");
  do {
    flags.push_back(take_name(parser, mode, "an SHF_ name, or one after !").text);
  } while (skip(parser, mode, "&"));
  expect(parser, mode, ")");
  return flags;
}

void file_pattern(Parser& parser, InputSections& result) {
  const bool plain = parser.lexer.peek(mode).is_name();
  Wildcard read = wildcard(parser, "a statement");
  const auto sort = file_sort(read);
  if (!sort) bad_sort(read, "files are sorted with SORT_BY_NAME, or not at all with SORT_NONE");
  const bool reverse = read.reverse && *sort != Sort::none;
  result.file = {std::move(read.name), std::move(read.excluded), *sort, reverse};
  if (plain && !parser.lexer.peek(mode).is_punctuation("(")) return;
  expect(parser, mode, "(");
  section_patterns(parser, result, ")");
}

InputSections input_sections(Parser& parser) {
  InputSections result;
  result.place = parser.lexer.peek(mode).place;
  result.keep = skip_keyword(parser, mode, "KEEP");
  if (result.keep) expect(parser, mode, "(");
  if (skip_keyword(parser, mode, "INPUT_SECTION_FLAGS")) result.flags = section_flags(parser);
  if (skip(parser, mode, "[")) {
    section_patterns(parser, result, "]");
  } else {
    file_pattern(parser, result);
  }
  if (result.keep) expect(parser, mode, ")");
  return result;
}

std::optional<DataKind> data_kind(const Token& token) {
  constexpr std::array<std::pair<std::string_view, DataKind>, 5> kinds{
      {{"BYTE", DataKind::byte},
       {"SHORT", DataKind::short_},
       {"LONG", DataKind::long_},
       {"QUAD", DataKind::quad},
       {"SQUAD", DataKind::squad}}};
  for (const auto& [text, kind] : kinds)
    if (token.is_keyword(text)) return kind;
  return std::nullopt;
}

/// `value` in parentheses; the first is still read as a name would be.
Expression value(Parser& parser) {
  expect(parser, mode, "(");
  Expression result = expression(parser);
  expect(parser, Mode::expression, ")");
  return result;
}

/// SORT(CONSTRUCTORS), which starts like a file pattern.
bool skip_sorted_constructors(Parser& parser) {
  const Lexer::Mark start = parser.lexer.mark();
  const auto sort = sort_of(parser.lexer.take(mode));
  if (sort == Sort::name && skip(parser, mode, "(") && skip_keyword(parser, mode, "CONSTRUCTORS")) {
    expect(parser, mode, ")");
    return true;
  }
  parser.lexer.reset(start);
  return false;
}

void include(Parser& parser, std::vector<Statement>& result);

Statement statement(Parser& parser) {
  const Token token = parser.lexer.peek(mode);
  const auto word = [&](std::string_view text) { return skip_keyword(parser, mode, text); };
  if (word("CREATE_OBJECT_SYMBOLS")) return CreateObjectSymbols{token.place};
  if (word("CONSTRUCTORS")) return Constructors{token.place, false};
  if (word("LINKER_VERSION")) return LinkerVersion{token.place};
  if (word("ASCIZ")) return Asciz{token.place, take_name(parser, mode, "a string").text};
  if (word("FILL")) return Fill{token.place, value(parser)};
  if (const auto kind = data_kind(token)) {
    parser.lexer.take(mode);
    return Data{token.place, *kind, value(parser)};
  }
  if (token.is_keyword("ASSERT")) {
    Assertion result = assertion(parser, mode);
    if (!skip(parser, mode, ";")) expect(parser, Mode::expression, ",");
    return result;
  }
  if (starts_provide(token)) return provide(parser, mode);
  if (sort_of(token) && skip_sorted_constructors(parser)) return Constructors{token.place, true};
  if (token.is_name()) {
    const Lexer::Mark start = parser.lexer.mark();
    Token name = parser.lexer.take(mode);
    if (is_assignment_operator(parser.lexer.peek(mode)))
      return assignment_to(parser, mode, std::move(name));
    parser.lexer.reset(start);
  }
  return input_sections(parser);
}

void add_statements(Parser& parser, std::vector<Statement>& result) {
  for (;;) {
    const Token& token = parser.lexer.peek(mode);
    if (token.kind == Token::Kind::end || token.is_punctuation("}")) return;
    if (skip(parser, mode, ";")) continue;
    if (skip_keyword(parser, mode, "INCLUDE")) {
      include(parser, result);
    } else {
      result.push_back(statement(parser));
    }
  }
}

void include(Parser& parser, std::vector<Statement>& result) {
  enter_file(parser, mode);
  add_statements(parser, result);
  leave_file(parser, mode);
}

}  // namespace

std::vector<Statement> statements(Parser& parser) {
  std::vector<Statement> result;
  add_statements(parser, result);
  return result;
}

}  // namespace kbx::link::script
