#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kbx/link/script/parser.h"

/// Version scripts (ld's manual, "VERSION Command") and dynamic lists. In a node the words global
/// and local are labels only before a colon; else they are names of symbols.
namespace kbx::link::script {

namespace {

constexpr Mode mode = Mode::version_node;

bool equal_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

Language language_of(const Token& token) {
  if (equal_but_for_case(token.text, "C")) return Language::c;
  if (equal_but_for_case(token.text, "C++")) return Language::cxx;
  if (equal_but_for_case(token.text, "Java")) return Language::java;
  throw Error(token.place.location(),
              fmt::format("unknown language `{}' in version information", token.text),
              "C, C++ and Java are known");
}

/// `a; b; extern "C++" { … };` as far as it goes.
struct Patterns {
  Parser& parser;
  std::vector<VersionPattern>& result;

  /// True if a label or the closing brace is next.
  bool at_end() const {
    const Token token = parser.lexer.peek(mode);
    if (token.is_punctuation("}")) return true;
    if (!token.is_keyword("global") && !token.is_keyword("local")) return false;
    const Lexer::Mark start = parser.lexer.mark();
    parser.lexer.take(mode);
    const bool label = parser.lexer.peek(mode).is_punctuation(":");
    parser.lexer.reset(start);
    return label;
  }

  void one(Language language, int nesting) const {
    const Token token = parser.lexer.peek(mode);
    if (token.kind != Token::Kind::name && token.kind != Token::Kind::keyword)
      fail(token, "the pattern of a symbol's name");
    parser.lexer.take(mode);
    if (token.is_keyword("extern") && parser.lexer.peek(mode).is_name()) {
      const Language inner = language_of(parser.lexer.take(mode));
      expect(parser, mode, "{");
      list(inner, nesting + 1);
      expect(parser, mode, "}");
      return;
    }
    result.push_back({token.place, token.text, token.quoted, language});
  }

  /// The patterns up to the end; in an extern block the last semicolon may be missing.
  void list(Language language, int nesting) const {
    if (nesting > 10)
      throw Error(parser.lexer.peek(mode).place.location(), "extern is nested too deeply",
                  "the innermost language is the one that counts");
    do {
      one(language, nesting);
      if (nesting > 0 && parser.lexer.peek(mode).is_punctuation("}")) return;
      expect(parser, mode, ";");
    } while (!at_end());
  }
};

bool skip_label(Parser& parser, std::string_view word) {
  if (!parser.lexer.peek(mode).is_keyword(word)) return false;
  const Lexer::Mark start = parser.lexer.mark();
  parser.lexer.take(mode);
  if (skip(parser, mode, ":")) return true;
  parser.lexer.reset(start);
  return false;
}

/// What stands in a node's braces.
void node_body(Parser& parser, VersionNode& node) {
  if (parser.lexer.peek(mode).is_punctuation("}")) return;
  const auto read = [&](std::vector<VersionPattern>& into) {
    Patterns{parser, into}.list(Language::none, 0);
  };
  if (skip_label(parser, "local")) {
    read(node.locals);
  } else {
    skip_label(parser, "global");
    read(node.globals);
    if (skip_label(parser, "local")) read(node.locals);
  }
  if (!parser.lexer.peek(mode).is_punctuation("}"))
    fail(parser.lexer.peek(mode), "`}'",
         "a node has its global: names first, then its local: ones, each label once");
}

VersionNode node(Parser& parser) {
  VersionNode result;
  result.place = parser.lexer.peek(Mode::version).place;
  if (parser.lexer.peek(Mode::version).is_name())
    result.tag = parser.lexer.take(Mode::version).text;
  expect(parser, Mode::version, "{");
  node_body(parser, result);
  expect(parser, mode, "}");
  while (!result.tag.empty() && parser.lexer.peek(Mode::version).is_name())
    result.predecessors.push_back(parser.lexer.take(Mode::version).text);
  expect(parser, Mode::version, ";");
  return result;
}

bool at_end_of_nodes(Parser& parser) {
  const Token& token = parser.lexer.peek(Mode::version);
  return token.kind == Token::Kind::end || token.is_punctuation("}");
}

void expect_end(Parser& parser) {
  const Token& token = parser.lexer.peek(Mode::version);
  if (token.kind != Token::Kind::end) fail(token, "a version node or the end of the file");
}

}  // namespace

Version version(Parser& parser, const Place& place) {
  Version result{place, {}};
  do {
    result.nodes.push_back(node(parser));
  } while (!at_end_of_nodes(parser));
  return result;
}

Version parse_version_script(std::string_view text, const std::string& file, const Warn& warn) {
  const ParseOptions options;
  Parser parser{Lexer(std::string(text), file, warn), options};
  Version result = version(parser, parser.lexer.peek(Mode::version).place);
  expect_end(parser);
  return result;
}

DynamicList parse_dynamic_list(std::string_view text, const std::string& file, const Warn& warn) {
  const ParseOptions options;
  Parser parser{Lexer(std::string(text), file, warn), options};
  DynamicList result;
  do {
    expect(parser, Mode::version, "{");
    Patterns{parser, result.patterns}.list(Language::none, 0);
    expect(parser, mode, "}");
    expect(parser, Mode::version, ";");
  } while (!at_end_of_nodes(parser));
  expect_end(parser);
  return result;
}

}  // namespace kbx::link::script
