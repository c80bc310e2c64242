#include "kbx/kconfig/expression_parser.h"

#include <optional>

namespace kbx::kconfig {
namespace {

std::optional<Operator> comparison_of(Token token) {
  switch (token) {
    case Token::equal:
      return Operator::equal;
    case Token::unequal:
      return Operator::unequal;
    case Token::less:
      return Operator::less;
    case Token::less_equal:
      return Operator::less_equal;
    case Token::greater:
      return Operator::greater;
    case Token::greater_equal:
      return Operator::greater_equal;
    default:
      return std::nullopt;
  }
}

}  // namespace

Symbol* ExpressionParser::symbol() {
  if (tokens_.token() == Token::quoted) return builder_.constant(tokens_.word(Token::quoted));
  return builder_.symbol(tokens_.word(Token::word));
}

const Expression* ExpressionParser::condition() {
  return tokens_.accept(Token::key_if) ? expression() : nullptr;
}

const Expression* ExpressionParser::expression() {
  const Expression* left = conjunction();
  while (tokens_.accept(Token::either))
    left = expressions_.two(Operator::either, left, conjunction());
  return left;
}

const Expression* ExpressionParser::conjunction() {
  const Expression* left = operand();
  while (tokens_.accept(Token::both)) left = expressions_.two(Operator::both, left, operand());
  return left;
}

const Expression* ExpressionParser::operand() {
  constexpr int deepest = 5000;
  struct Level {
    int& depth;
    explicit Level(int& value) : depth(value) { ++depth; }
    ~Level() { --depth; }
  } const level(depth_);
  if (depth_ > deepest) throw SyntaxError{};
  if (tokens_.accept(Token::negation)) return expressions_.negation(operand());
  if (tokens_.accept(Token::open)) {
    const Expression* inner = expression();
    tokens_.expect(Token::close);
    return inner;
  }
  Symbol* first = symbol();
  const auto comparison = comparison_of(tokens_.token());
  if (!comparison) return expressions_.symbol(first);
  tokens_.shift();
  return expressions_.compare(*comparison, first, symbol());
}

}  // namespace kbx::kconfig
