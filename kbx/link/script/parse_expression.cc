#include <algorithm>
#include <array>
#include <utility>

#include "kbx/link/script/operators.h"
#include "kbx/link/script/parser.h"

/// Expressions: C's operators with C's precedences, without assignment inside, and the builtin
/// functions. What is in a call's parentheses is read as GNU ld reads it: names of sections and
/// regions as the rest of the script has them, so that SIZEOF(.a-b) names one section.
namespace kbx::link::script {

namespace {

/// The evaluator, the printer and the destructor walk a tree by recursion.
constexpr int most_nested = 250;
constexpr int greatest_height = 2000;

struct Tree {
  Expression root;
  int height = 1;
};

/// How a builtin's parentheses are filled.
enum class Form {
  nothing,              // SIZEOF_HEADERS
  script_name,          // (name), read like the rest of the script
  name,                 // (name), read like an expression
  one,                  // (a)
  one_or_two,           // (a) or (a, b)
  two,                  // (a, b)
  name_and_expression,  // (name, a)
  expression_and_name,  // (a, message)
};

struct Builtin {
  std::string_view text;
  Operation operation;
  Form form;
};

constexpr auto builtins = std::to_array<Builtin>({
    {"ABSOLUTE", Operation::absolute, Form::one},
    {"ADDR", Operation::address_of, Form::script_name},
    {"ALIGN", Operation::align, Form::one_or_two},
    {"ALIGNOF", Operation::alignment_of, Form::script_name},
    {"ASSERT", Operation::assertion, Form::expression_and_name},
    {"BLOCK", Operation::align, Form::one},
    {"CONSTANT", Operation::constant, Form::name},
    {"DATA_SEGMENT_ALIGN", Operation::data_segment_align, Form::two},
    {"DATA_SEGMENT_END", Operation::data_segment_end, Form::one},
    {"DATA_SEGMENT_RELRO_END", Operation::data_segment_relro_end, Form::two},
    {"DEFINED", Operation::defined, Form::name},
    {"LENGTH", Operation::length, Form::script_name},
    {"LOADADDR", Operation::load_address_of, Form::script_name},
    {"LOG2CEIL", Operation::log2_ceil, Form::one},
    {"MAX", Operation::maximum, Form::two},
    {"MIN", Operation::minimum, Form::two},
    {"NEXT", Operation::next, Form::one},
    {"ORIGIN", Operation::origin, Form::script_name},
    {"SEGMENT_START", Operation::segment_start, Form::name_and_expression},
    {"SIZEOF", Operation::size_of, Form::script_name},
    {"SIZEOF_HEADERS", Operation::size_of_headers, Form::nothing},
});

Tree conditional(Parser& parser, int nesting);

void add_operand(Tree& tree, Tree operand) {
  tree.height = std::max(tree.height, operand.height + 1);
  if (tree.height > greatest_height)
    throw Error(tree.root.place.location(), "an expression has too many operators in a row",
                "compute parts of it in symbols of their own");
  tree.root.operands.push_back(std::move(operand.root));
}

Tree node(const Place& place, Operation operation) {
  Tree tree;
  tree.root.place = place;
  tree.root.operation = operation;
  return tree;
}

void comma(Parser& parser) {
  expect(parser, Mode::expression, ",");
}

Tree call(Parser& parser, const Builtin& builtin, const Place& place, int nesting) {
  Tree tree = node(place, builtin.operation);
  const auto operand = [&] { add_operand(tree, conditional(parser, nesting)); };
  const Mode inner = builtin.form == Form::script_name || builtin.form == Form::name_and_expression
                         ? Mode::script
                         : Mode::expression;
  if (builtin.form == Form::nothing) return tree;
  expect(parser, inner, "(");
  switch (builtin.form) {
    case Form::script_name:
    case Form::name:
      tree.root.name = take_name(parser, inner, "a name").text;
      expect(parser, inner, ")");
      return tree;
    case Form::name_and_expression:
      tree.root.name = take_name(parser, inner, "a segment's name").text;
      comma(parser);
      operand();
      break;
    case Form::expression_and_name:
      operand();
      comma(parser);
      tree.root.name = take_name(parser, inner, "the assertion's message").text;
      break;
    case Form::two:
      operand();
      comma(parser);
      operand();
      break;
    case Form::one_or_two:
      operand();
      if (skip(parser, Mode::expression, ",")) operand();
      break;
    default:
      operand();
      break;
  }
  expect(parser, Mode::expression, ")");
  return tree;
}

std::optional<Operation> unary_operation(const Token& token) {
  if (token.is_punctuation("-")) return Operation::negate;
  if (token.is_punctuation("!")) return Operation::logical_not;
  if (token.is_punctuation("~")) return Operation::complement;
  return std::nullopt;
}

Tree unary(Parser& parser, int nesting) {
  const Token token = parser.lexer.peek(Mode::expression);
  if (nesting > most_nested)
    throw Error(token.place.location(), "an expression is nested too deeply",
                "compute parts of it in symbols of their own");
  if (const auto operation = unary_operation(token)) {
    parser.lexer.take(Mode::expression);
    Tree tree = node(token.place, *operation);
    add_operand(tree, unary(parser, nesting + 1));
    return tree;
  }
  if (skip(parser, Mode::expression, "+")) return unary(parser, nesting + 1);
  if (skip(parser, Mode::expression, "(")) {
    Tree tree = conditional(parser, nesting + 1);
    expect(parser, Mode::expression, ")");
    return tree;
  }
  if (token.kind == Token::Kind::number) {
    parser.lexer.take(Mode::expression);
    Tree tree = node(token.place, Operation::number);
    tree.root.number = token.number;
    tree.root.name = token.text;
    return tree;
  }
  if (token.is_name()) {
    parser.lexer.take(Mode::expression);
    const bool dot = token.text == ".";
    Tree tree = node(token.place, dot ? Operation::dot : Operation::symbol);
    if (!dot) tree.root.name = token.text;
    return tree;
  }
  for (const Builtin& builtin : builtins)
    if (skip_keyword(parser, Mode::expression, builtin.text))
      return call(parser, builtin, token.place, nesting + 1);
  fail(token, "an expression");
}

const InfixOperator* binary_operator(const Token& token) {
  if (token.kind != Token::Kind::punctuation) return nullptr;
  const auto* found = std::ranges::find(infix_operators, token.text, &InfixOperator::text);
  return found == infix_operators.end() ? nullptr : found;
}

/// Operators of at least `precedence`, the left ones first.
Tree binary(Parser& parser, int precedence, int nesting) {
  Tree left = unary(parser, nesting);
  for (;;) {
    const InfixOperator* found = binary_operator(parser.lexer.peek(Mode::expression));
    if (found == nullptr || found->precedence < precedence) return left;
    parser.lexer.take(Mode::expression);
    Tree tree = node(left.root.place, found->operation);
    Tree right = binary(parser, found->precedence + 1, nesting);
    add_operand(tree, std::move(left));
    add_operand(tree, std::move(right));
    left = std::move(tree);
  }
}

Tree conditional(Parser& parser, int nesting) {
  Tree condition = binary(parser, 1, nesting);
  if (!skip(parser, Mode::expression, "?")) return condition;
  Tree tree = node(condition.root.place, Operation::conditional);
  add_operand(tree, std::move(condition));
  add_operand(tree, conditional(parser, nesting + 1));
  expect(parser, Mode::expression, ":");
  add_operand(tree, conditional(parser, nesting + 1));
  return tree;
}

}  // namespace

Expression expression(Parser& parser) {
  return conditional(parser, 0).root;
}

Expression expression_in_parentheses(Parser& parser) {
  expect(parser, Mode::expression, "(");
  Expression result = expression(parser);
  expect(parser, Mode::expression, ")");
  return result;
}

}  // namespace kbx::link::script
