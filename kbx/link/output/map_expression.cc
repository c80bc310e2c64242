#include "kbx/link/output/map_expression.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "kbx/link/script/expression.h"

/// The text of a script in a link map. It is not the script's own: GNU ld computes what is constant
/// when it reads the script, and prints trees of what is left, in a form that tools have learned to
/// parse.
namespace kbx::link {
namespace {

using script::Expression;
using script::Operation;

std::string_view infix(Operation operation) {
  switch (operation) {
    case Operation::multiply:
      return "*";
    case Operation::divide:
      return "/";
    case Operation::remainder:
      return "%";
    case Operation::add:
      return "+";
    case Operation::subtract:
      return "-";
    case Operation::shift_left:
      return "<<";
    case Operation::shift_right:
      return ">>";
    case Operation::equal:
      return "==";
    case Operation::not_equal:
      return "!=";
    case Operation::less:
      return "<";
    case Operation::less_equal:
      return "<=";
    case Operation::greater:
      return ">";
    case Operation::greater_equal:
      return ">=";
    case Operation::bit_and:
      return "&";
    case Operation::bit_xor:
      return "^";
    case Operation::bit_or:
      return "|";
    case Operation::logical_and:
      return "&&";
    case Operation::logical_or:
      return "||";
    default:
      return "";
  }
}

/// The word of an operator or a builtin with operands.
std::string_view word(Operation operation) {
  switch (operation) {
    case Operation::negate:
      return "-";
    case Operation::complement:
      return "~";
    case Operation::logical_not:
      return "!";
    case Operation::absolute:
      return "ABSOLUTE";
    case Operation::align:
      return "ALIGN";
    case Operation::next:
      return "NEXT";
    case Operation::log2_ceil:
      return "LOG2CEIL";
    case Operation::maximum:
      return "MAX";
    case Operation::minimum:
      return "MIN";
    case Operation::data_segment_align:
      return "DATA_SEGMENT_ALIGN";
    case Operation::data_segment_relro_end:
      return "DATA_SEGMENT_RELRO_END";
    case Operation::data_segment_end:
      return "DATA_SEGMENT_END";
    default:
      return "";
  }
}

/// The word of a builtin with a name.
std::string_view name_word(Operation operation) {
  switch (operation) {
    case Operation::address_of:
      return "ADDR";
    case Operation::load_address_of:
      return "LOADADDR";
    case Operation::alignment_of:
      return "ALIGNOF";
    case Operation::size_of:
      return "SIZEOF";
    case Operation::defined:
      return "DEFINED";
    case Operation::constant:
      return "CONSTANT";
    case Operation::origin:
      return "ORIGIN";
    case Operation::length:
      return "LENGTH";
    default:
      return "";
  }
}

bool may_be_constant(const Expression& expression) {
  switch (expression.operation) {
    case Operation::negate:
    case Operation::complement:
    case Operation::logical_not:
    case Operation::log2_ceil:
    case Operation::maximum:
    case Operation::minimum:
    case Operation::conditional:
      return true;
    case Operation::divide:
    case Operation::remainder:
      return script::evaluate(expression.operands[1], {}).value.value_or(script::Value{}).number !=
             0;
    default:
      return !infix(expression.operation).empty();
  }
}

std::string operator_text(const Expression& expression) {
  const std::vector<Expression>& operands = expression.operands;
  if (expression.operation == Operation::segment_start)
    return fmt::format("SEGMENT_START (\"{}\", {})", expression.name, map_text(operands[0]));
  if (expression.operation == Operation::assertion)
    return fmt::format("ASSERT ({}, {})", map_text(operands[0]), expression.name);
  if (expression.operation == Operation::conditional)
    return fmt::format("{}?{}:{}", map_text(operands[0]), map_text(operands[1]),
                       map_text(operands[2]));
  // GNU ld has these two the other way round.
  if (expression.operation == Operation::data_segment_relro_end)
    return fmt::format("{} ({}, {})", word(expression.operation), map_text(operands[1]),
                       map_text(operands[0]));
  if (const std::string_view between = infix(expression.operation); !between.empty())
    return fmt::format("({} {} {})", map_text(operands[0]), between, map_text(operands[1]));
  if (operands.size() == 2)
    return fmt::format("{} ({}, {})", word(expression.operation), map_text(operands[0]),
                       map_text(operands[1]));
  return fmt::format("{} ({})", word(expression.operation), map_text(operands[0]));
}

/// EXCLUDE_FILE in front of a pattern. GNU ld has its names from the last to the first.
std::string excluding(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return fmt::format("EXCLUDE_FILE({}) ", fmt::join(names.rbegin(), names.rend(), " "));
}

std::string sorted(script::Sort sort, const std::string& inner) {
  switch (sort) {
    case script::Sort::unsorted:
      break;
    case script::Sort::none:
      return "SORT_NONE(" + inner + ")";
    case script::Sort::name:
      return "SORT_BY_NAME(" + inner + ")";
    case script::Sort::alignment:
      return "SORT_BY_ALIGNMENT(" + inner + ")";
    case script::Sort::name_alignment:
      return "SORT_BY_NAME(SORT_BY_ALIGNMENT(" + inner + "))";
    case script::Sort::alignment_name:
      return "SORT_BY_ALIGNMENT(SORT_BY_NAME(" + inner + "))";
    case script::Sort::init_priority:
      return "SORT_BY_INIT_PRIORITY(" + inner + ")";
  }
  return inner;
}

}  // namespace

bool is_constant_in_map(const Expression& expression) {
  if (expression.operation == Operation::number) return true;
  return !expression.operands.empty() &&
         std::ranges::all_of(expression.operands, is_constant_in_map) &&
         may_be_constant(expression);
}

std::string map_text(const Expression& expression) {
  if (is_constant_in_map(expression))
    return fmt::format("{:#x}", script::evaluate(expression, {}).value.value().number);
  switch (expression.operation) {
    case Operation::symbol:
      return expression.name;
    case Operation::dot:
      return ".";
    case Operation::size_of_headers:
      return "SIZEOF_HEADERS";
    default:
      break;
  }
  if (const std::string_view builtin = name_word(expression.operation); !builtin.empty())
    return fmt::format("{} ({})", builtin, expression.name);
  return operator_text(expression);
}

std::string map_text(const script::Assignment& assignment) {
  const std::string inner =
      fmt::format("{} = {}", assignment.symbol, map_text(script::assigned_value(assignment)));
  const bool provides = assignment.kind == script::AssignmentKind::provide ||
                        assignment.kind == script::AssignmentKind::provide_hidden;
  return provides ? "PROVIDE (" + inner + ")" : inner;
}

std::string map_text(const script::Assertion& assertion) {
  return fmt::format("ASSERT ({}, {})", map_text(assertion.condition), assertion.message);
}

std::string map_text(const script::InputSections& input) {
  const std::string file = input.file.sort == script::Sort::name
                               ? "SORT_BY_NAME(" + input.file.name + ")"
                               : input.file.name;
  std::string text = excluding(input.file.excluded) + file + "(";
  std::string_view separator;
  for (const script::SectionPattern& pattern : input.sections) {
    text += separator;
    text += sorted(pattern.sort, excluding(pattern.excluded) + pattern.name);
    separator = " ";
  }
  return text + ")";
}

}  // namespace kbx::link
