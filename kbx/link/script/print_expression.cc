#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "kbx/link/script/operators.h"
#include "kbx/link/script/print.h"
#include "kbx/link/script/printer.h"

namespace kbx::link::script {

namespace {

constexpr int prefix_precedence = 50;

struct Written {
  Operation operation;
  std::string_view text;
};

constexpr auto prefix = std::to_array<Written>({
    {Operation::negate, "-"},
    {Operation::complement, "~"},
    {Operation::logical_not, "!"},
});

constexpr auto calls = std::to_array<Written>({
    {Operation::absolute, "ABSOLUTE"},
    {Operation::align, "ALIGN"},
    {Operation::next, "NEXT"},
    {Operation::log2_ceil, "LOG2CEIL"},
    {Operation::maximum, "MAX"},
    {Operation::minimum, "MIN"},
    {Operation::data_segment_align, "DATA_SEGMENT_ALIGN"},
    {Operation::data_segment_relro_end, "DATA_SEGMENT_RELRO_END"},
    {Operation::data_segment_end, "DATA_SEGMENT_END"},
});

constexpr auto named = std::to_array<Written>({
    {Operation::address_of, "ADDR"},
    {Operation::load_address_of, "LOADADDR"},
    {Operation::alignment_of, "ALIGNOF"},
    {Operation::size_of, "SIZEOF"},
    {Operation::origin, "ORIGIN"},
    {Operation::length, "LENGTH"},
    {Operation::defined, "DEFINED"},
    {Operation::constant, "CONSTANT"},
});

template <size_t size>
std::string_view find(const std::array<Written, size>& table, Operation operation) {
  for (const Written& entry : table)
    if (entry.operation == operation) return entry.text;
  return {};
}

const InfixOperator* infix_of(Operation operation) {
  const auto* found = std::ranges::find(infix_operators, operation, &InfixOperator::operation);
  return found == infix_operators.end() ? nullptr : found;
}

/// In parentheses if it binds less tightly than `precedence`.
std::string operand(const Expression& expression, int precedence) {
  constexpr int tightest = 100;
  const InfixOperator* infix = infix_of(expression.operation);
  const bool conditional = expression.operation == Operation::conditional;
  const int own = infix != nullptr ? infix->precedence : conditional ? 0 : tightest;
  std::string text = print(expression);
  return own < precedence ? '(' + text + ')' : text;
}

std::string call(std::string_view word, const Expression& expression) {
  std::string text(word);
  std::string_view separator = "(";
  for (const Expression& each : expression.operands) {
    text += separator;
    text += print(each);
    separator = ", ";
  }
  return text + ')';
}

std::string leaf(const Expression& expression) {
  switch (expression.operation) {
    case Operation::number:
      return expression.name.empty() ? std::to_string(expression.number) : expression.name;
    case Operation::symbol:
      return quoted_if_needed(expression.name, Mode::expression);
    case Operation::dot:
      return ".";
    case Operation::size_of_headers:
      return "SIZEOF_HEADERS";
    default:
      break;
  }
  const bool in_expression =
      expression.operation == Operation::defined || expression.operation == Operation::constant;
  return fmt::format(
      "{}({})", find(named, expression.operation),
      quoted_if_needed(expression.name, in_expression ? Mode::expression : Mode::script));
}

}  // namespace

std::string print(const Expression& expression) {
  const auto& operands = expression.operands;
  if (operands.empty()) return leaf(expression);
  if (const InfixOperator* infix = infix_of(expression.operation))
    return fmt::format("{} {} {}", operand(operands[0], infix->precedence), infix->text,
                       operand(operands[1], infix->precedence + 1));
  if (const auto text = find(prefix, expression.operation); !text.empty())
    return std::string(text) + operand(operands[0], prefix_precedence);
  if (const auto text = find(calls, expression.operation); !text.empty())
    return call(text, expression);
  if (expression.operation == Operation::segment_start)
    return fmt::format("SEGMENT_START({}, {})", quoted(expression.name), print(operands[0]));
  if (expression.operation == Operation::assertion)
    return fmt::format("ASSERT({}, {})", print(operands[0]), quoted(expression.name));
  return fmt::format("{} ? {} : {}", operand(operands[0], 1), print(operands[1]),
                     print(operands[2]));
}

}  // namespace kbx::link::script
