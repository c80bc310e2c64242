#include "kbx/link/script/parser.h"

#include <array>
#include <utility>

#include <fmt/format.h>

/// The linker-script language by recursive descent. The grammar is that of GNU ld (binutils 2.40,
/// its manual's chapter "Linker Scripts", and the words of later versions); each function names the
/// mode of the lexer in which GNU ld reads that place, because the same bytes are other tokens
/// elsewhere.
namespace kbx::link::script {

namespace {

AssignmentOperator operator_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, AssignmentOperator>, 10> operators{{
      {"=", AssignmentOperator::set},
      {"+=", AssignmentOperator::add},
      {"-=", AssignmentOperator::subtract},
      {"*=", AssignmentOperator::multiply},
      {"/=", AssignmentOperator::divide},
      {"<<=", AssignmentOperator::shift_left},
      {">>=", AssignmentOperator::shift_right},
      {"&=", AssignmentOperator::bit_and},
      {"|=", AssignmentOperator::bit_or},
      {"^=", AssignmentOperator::bit_xor},
  }};
  for (const auto& [written, meaning] : operators)
    if (written == text) return meaning;
  return AssignmentOperator::set;
}

void expect_separator(Parser& parser) {
  if (skip(parser, Mode::expression, ";") || skip(parser, Mode::expression, ",")) return;
  fail(parser.lexer.peek(Mode::expression), "`;'", "an assignment ends with a semicolon");
}

}  // namespace

void fail(const Token& found, std::string_view expected, std::string hint) {
  if (hint.empty() && found.kind == Token::Kind::keyword)
    hint =
        fmt::format("{} is a word of the language here; as a name write it in quotes", found.text);
  throw Error(found.place.location(),
              fmt::format("found {}, expected {}", found.description(), expected), std::move(hint));
}

void expect(Parser& parser, Mode mode, std::string_view what) {
  const Token& token = parser.lexer.peek(mode);
  if (!token.is_punctuation(what)) fail(token, fmt::format("`{}'", what));
  parser.lexer.take(mode);
}

bool skip(Parser& parser, Mode mode, std::string_view what) {
  if (!parser.lexer.peek(mode).is_punctuation(what)) return false;
  parser.lexer.take(mode);
  return true;
}

bool skip_keyword(Parser& parser, Mode mode, std::string_view what) {
  if (!parser.lexer.peek(mode).is_keyword(what)) return false;
  parser.lexer.take(mode);
  return true;
}

Token take_name(Parser& parser, Mode mode, std::string_view expected) {
  const Token& token = parser.lexer.peek(mode);
  if (!token.is_name()) fail(token, expected);
  return parser.lexer.take(mode);
}

std::string name_in_parentheses(Parser& parser, Mode mode, std::string_view expected) {
  expect(parser, mode, "(");
  std::string name = take_name(parser, mode, expected).text;
  expect(parser, mode, ")");
  return name;
}

void enter_file(Parser& parser, Mode mode) {
  const Token name = take_name(parser, mode, "the name of a file to include");
  std::optional<IncludedFile> file;
  if (parser.options.include) file = parser.options.include(name.text);
  if (!file)
    throw Error(name.place.location(), fmt::format("cannot find the file {}", name.text),
                "INCLUDE looks in the current folder and then in those of -L");
  parser.lexer.enter(std::move(file->text), file->path, name.place);
}

void leave_file(Parser& parser, Mode mode) {
  const Token& token = parser.lexer.peek(mode);
  if (token.kind != Token::Kind::end)
    fail(token, "the end of the included file",
         "an included file closes no brace that it did not open");
  parser.lexer.leave();
}

bool is_assignment_operator(const Token& token) {
  return token.kind == Token::Kind::punctuation &&
         (token.text == "=" || operator_of(token.text) != AssignmentOperator::set);
}

Assignment assignment_to(Parser& parser, Mode mode, Token symbol) {
  Assignment result;
  result.place = symbol.place;
  result.symbol = std::move(symbol.text);
  result.operation = operator_of(parser.lexer.take(mode).text);
  result.value = expression(parser);
  expect_separator(parser);
  return result;
}

bool starts_provide(const Token& token) {
  return token.is_keyword("HIDDEN") || token.is_keyword("PROVIDE") ||
         token.is_keyword("PROVIDE_HIDDEN");
}

Assignment provide(Parser& parser, Mode mode) {
  const Token word = parser.lexer.take(mode);
  Assignment result;
  result.place = word.place;
  result.kind = word.text == "HIDDEN"    ? AssignmentKind::hidden
                : word.text == "PROVIDE" ? AssignmentKind::provide
                                         : AssignmentKind::provide_hidden;
  expect(parser, mode, "(");
  result.symbol = take_name(parser, mode, "the symbol to define").text;
  if (result.symbol == "." && result.kind != AssignmentKind::hidden)
    throw Error(word.place.location(), word.text + " cannot assign to the location counter",
                "assign to it plainly: . = …;");
  expect(parser, mode, "=");
  result.value = expression(parser);
  expect(parser, Mode::expression, ")");
  expect_separator(parser);
  return result;
}

Assertion assertion(Parser& parser, Mode mode) {
  Assertion result;
  result.place = parser.lexer.take(mode).place;
  expect(parser, Mode::expression, "(");
  result.condition = expression(parser);
  expect(parser, Mode::expression, ",");
  result.message = take_name(parser, Mode::expression, "the assertion's message").text;
  expect(parser, Mode::expression, ")");
  return result;
}

Entry entry(Parser& parser) {
  Entry result;
  result.place = parser.lexer.take(Mode::script).place;
  result.symbol = name_in_parentheses(parser, Mode::script, "the symbol to start at");
  return result;
}

}  // namespace kbx::link::script
