#include "kbx/link/script/expression.h"

#include <fmt/format.h>

#include "kbx/link/script/evaluator.h"

/// Expressions have three kinds of values: relative to an output section, absolute, and plain
/// numbers, which take the base of what they meet. The rules are those of GNU ld 2.40 (ld's manual,
/// chapter "Expression Section", and where that is silent what ld does):
///  - outside of an output section a number that is written is absolute, inside it is a plain
///  number,
///    and so is an absolute symbol there;
///  - two operands of different bases, none of them a plain number, become addresses first;
///  - arithmetic keeps the base of the one operand that has one; of two with the same it gives a
///  plain
///    number, as does a comparison;
///  - dot, ALIGN(x), ORIGIN and SEGMENT_START are relative to the section around them.
/// Arithmetic is on 64 bits without a sign, but for / and %, which have one.
namespace kbx::link::script {

namespace {

[[noreturn]] void fault(const Expression& at, const std::string& message, std::string hint) {
  throw Error(at.place.location(), message, std::move(hint));
}

bool is_number(const Expression& expression, std::uint64_t number, const Environment& environment) {
  if (!is_constant(expression)) return false;
  const Result result = evaluate(expression, environment);
  return result.value && result.value->number == number;
}

/// True for a symbol that is absolute and 0 by the script's own doing.
bool is_zero_symbol(const Expression& expression, const Environment& environment) {
  if (expression.operation != Operation::symbol || !environment.symbol) return false;
  const SymbolState state = environment.symbol(expression.name);
  return state.kind == SymbolState::Kind::defined && state.set_in_this_pass &&
         state.value == Value{0, absolute};
}

bool is_dot_plus_zero(const Expression& expression, const Environment& environment) {
  return expression.operation == Operation::add &&
         expression.operands[0].operation == Operation::dot &&
         (is_number(expression.operands[1], 0, environment) ||
          is_zero_symbol(expression.operands[1], environment));
}

/// ALIGN(. != 0 ? something : 1).
bool is_conditional_align(const Expression& expression, const Environment& environment) {
  if (expression.operation != Operation::align || expression.operands.size() != 1) return false;
  const Expression& inner = expression.operands[0];
  if (inner.operation != Operation::conditional) return false;
  const Expression& condition = inner.operands[0];
  return condition.operation == Operation::not_equal &&
         condition.operands[0].operation == Operation::dot &&
         is_number(condition.operands[1], 0, environment) &&
         is_number(inner.operands[2], 1, environment);
}

std::vector<std::uint8_t> bytes_of_digits(std::string_view digits) {
  std::vector<std::uint8_t> bytes;
  unsigned value = 0;
  for (size_t left = digits.size(); left > 0; --left) {
    const char c = digits[digits.size() - left];
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value * 16 + static_cast<unsigned>(digit);
    if (left % 2 == 0) continue;
    bytes.push_back(static_cast<std::uint8_t>(value));
    value = 0;
  }
  return bytes;
}

/// The operation of += and the like.
Operation operation_of(AssignmentOperator operation) {
  switch (operation) {
    case AssignmentOperator::add:
      return Operation::add;
    case AssignmentOperator::subtract:
      return Operation::subtract;
    case AssignmentOperator::multiply:
      return Operation::multiply;
    case AssignmentOperator::divide:
      return Operation::divide;
    case AssignmentOperator::shift_left:
      return Operation::shift_left;
    case AssignmentOperator::shift_right:
      return Operation::shift_right;
    case AssignmentOperator::bit_and:
      return Operation::bit_and;
    case AssignmentOperator::bit_or:
      return Operation::bit_or;
    default:
      return Operation::bit_xor;
  }
}

/// The value that `assignment` assigns, its own symbol included for += and the like.
Operand assigned(Evaluator& evaluator, const Assignment& assignment) {
  if (assignment.operation == AssignmentOperator::set) return evaluator.evaluate(assignment.value);
  Expression symbol;
  symbol.place = assignment.place;
  symbol.operation = assignment.symbol == "." ? Operation::dot : Operation::symbol;
  if (symbol.operation == Operation::symbol) symbol.name = assignment.symbol;
  const Operand left = evaluator.evaluate(symbol);
  const Operand right = evaluator.evaluate(assignment.value);
  return evaluator.combine(operation_of(assignment.operation), left, right, assignment.value);
}

}  // namespace

Result evaluate(const Expression& expression, const Environment& environment) {
  Evaluator evaluator(environment);
  const Operand operand = evaluator.evaluate(expression);
  return evaluator.result(operand);
}

Expression assigned_value(const Assignment& assignment) {
  if (assignment.operation == AssignmentOperator::set) return assignment.value;
  Expression symbol;
  symbol.place = assignment.place;
  symbol.operation = assignment.symbol == "." ? Operation::dot : Operation::symbol;
  if (symbol.operation == Operation::symbol) symbol.name = assignment.symbol;
  Expression whole;
  whole.place = assignment.place;
  whole.operation = operation_of(assignment.operation);
  whole.operands = {std::move(symbol), assignment.value};
  return whole;
}

std::uint64_t address_of(const Value& value, const Environment& environment) {
  if (value.base < 0 || !environment.address_of) return value.number;
  return value.number + environment.address_of(value.base);
}

Result evaluate_assignment(const Assignment& assignment, const Environment& environment) {
  Evaluator evaluator(environment);
  evaluator.watch(assignment.symbol);
  const Operand operand = assigned(evaluator, assignment);
  Result result = evaluator.result(operand);
  if (evaluator.watched_was_used() && environment.phase != Phase::final) result.value.reset();
  if (result.value && result.value->base == plain_number) result.value->base = environment.section;
  return result;
}

std::optional<std::uint64_t> evaluate_dot(const Assignment& assignment,
                                          const Environment& environment) {
  if (environment.phase == Phase::first) return std::nullopt;
  Evaluator evaluator(environment);
  evaluator.assign_to_dot();
  const Operand operand = assigned(evaluator, assignment);
  if (!operand.value) {
    if (environment.phase == Phase::mark) return std::nullopt;
    fault(assignment.value, "the location counter is assigned a value that is not known yet",
          fmt::format("move the definition of `{}' before this line",
                      evaluator.result(operand).unresolved));
  }
  Value value = *operand.value;
  if (value.base == plain_number) value.base = environment.section;
  const std::uint64_t next = address_of(value, environment);
  if (next < environment.dot && environment.section != absolute)
    throw Error(assignment.place.location(),
                fmt::format("cannot move the location counter backwards (from {:#x} to {:#x})",
                            environment.dot, next),
                "inside an output section dot only grows: less input, or a greater address");
  return next;
}

bool keeps_section(const Assignment& assignment, const Environment& environment) {
  const Expression& value = assignment.value;
  if (assignment.operation == AssignmentOperator::add)
    return !is_number(value, 0, environment) && !is_zero_symbol(value, environment);
  if (assignment.operation != AssignmentOperator::set) return true;
  return !is_number(value, 0, environment) && !is_zero_symbol(value, environment) &&
         !is_dot_plus_zero(value, environment) && !is_conditional_align(value, environment);
}

void check(const Assertion& assertion, const Environment& environment) {
  Evaluator evaluator(environment);
  const Operand operand = evaluator.evaluate(assertion.condition);
  evaluator.require(operand, assertion.place, assertion.message);
}

std::vector<std::uint8_t> fill_bytes(const Expression& expression, const Environment& environment) {
  Environment outside = environment;
  outside.dot = 0;
  outside.section = absolute;
  Evaluator evaluator(outside);
  const Operand operand = evaluator.evaluate(expression);
  if (!operand.value)
    fault(expression, "a fill value is no constant",
          "it may use numbers and symbols that are defined before it");
  if (operand.literal != nullptr && operand.literal->size() > 2)
    return bytes_of_digits(std::string_view(*operand.literal).substr(2));
  const auto number = operand.value->number;
  return {static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U),
          static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

}  // namespace kbx::link::script
