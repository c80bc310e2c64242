#include "kbx/link/script/evaluator.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace kbx::link::script {

namespace {

[[noreturn]] void fault(const Expression& at, const std::string& message, std::string hint) {
  throw Error(at.place.location(), message, std::move(hint));
}

/// The next multiple of `alignment`, which need not be a power of two.
std::uint64_t aligned(std::uint64_t value, std::uint64_t alignment) {
  if (alignment <= 1) return value;
  return (value + alignment - 1) / alignment * alignment;
}

std::uint64_t log2_ceil(std::uint64_t value) {
  std::uint64_t result = 0;
  while (result < 64 && (std::uint64_t{1} << std::min<std::uint64_t>(result, 63)) < value) ++result;
  return result;
}

bool is_comparison(Operation operation) {
  switch (operation) {
    case Operation::equal:
    case Operation::not_equal:
    case Operation::less:
    case Operation::less_equal:
    case Operation::greater:
    case Operation::greater_equal:
    case Operation::logical_and:
    case Operation::logical_or:
      return true;
    default:
      return false;
  }
}

std::uint64_t compare(Operation operation, std::uint64_t left, std::uint64_t right) {
  switch (operation) {
    case Operation::equal:
      return left == right ? 1 : 0;
    case Operation::not_equal:
      return left != right ? 1 : 0;
    case Operation::less:
      return left < right ? 1 : 0;
    case Operation::less_equal:
      return left <= right ? 1 : 0;
    case Operation::greater:
      return left > right ? 1 : 0;
    case Operation::greater_equal:
      return left >= right ? 1 : 0;
    case Operation::logical_and:
      return left != 0 && right != 0 ? 1 : 0;
    default:
      return left != 0 || right != 0 ? 1 : 0;
  }
}

std::uint64_t arithmetic(Operation operation, std::uint64_t left, std::uint64_t right) {
  switch (operation) {
    case Operation::multiply:
      return left * right;
    case Operation::add:
      return left + right;
    case Operation::subtract:
      return left - right;
    // Of the count the machine that ld runs on looks at six bits.
    case Operation::shift_left:
      return left << (right & 63U);
    case Operation::shift_right:
      return left >> (right & 63U);
    case Operation::bit_and:
      return left & right;
    case Operation::bit_xor:
      return left ^ right;
    default:
      return left | right;
  }
}

}  // namespace

bool is_constant(const Expression& expression) {
  switch (expression.operation) {
    case Operation::number:
      return true;
    case Operation::align:
    case Operation::absolute:
    case Operation::next:
    case Operation::data_segment_align:
    case Operation::data_segment_end:
    case Operation::data_segment_relro_end:
    case Operation::segment_start:
    case Operation::assertion:
      return false;
    default:
      break;
  }
  if (expression.operands.empty()) return false;
  for (const Expression& operand : expression.operands)
    if (!is_constant(operand)) return false;
  return true;
}

Result Evaluator::result(const Operand& operand) const {
  Result result;
  result.value = operand.value;
  result.unresolved = unresolved_;
  result.from_dot = from_dot_;
  if (!several_symbols_) result.only_symbol = only_symbol_;
  return result;
}

Operand Evaluator::number(std::uint64_t value) const {
  return {Value{value, plain_number}, nullptr, false};
}

Operand Evaluator::written_number(std::uint64_t value, const std::string* literal) const {
  const bool plain = environment_.section != absolute || environment_.sane_expressions;
  return {Value{value, plain ? plain_number : absolute}, literal, true};
}

Operand Evaluator::from_address(std::uint64_t value) {
  from_dot_ = true;
  const Base section = environment_.section;
  return {Value{value - address({0, section}), section}, nullptr, false};
}

Operand Evaluator::unresolved(const std::string& name) {
  if (unresolved_.empty()) unresolved_ = name;
  return {};
}

Operand Evaluator::evaluate(const Expression& expression) {
  switch (expression.operation) {
    case Operation::number:
      return written_number(expression.number,
                            expression.name.empty() ? nullptr : &expression.name);
    case Operation::dot:
      return from_address(environment_.dot);
    case Operation::symbol:
      return symbol(expression);
    case Operation::address_of:
    case Operation::load_address_of:
    case Operation::size_of:
    case Operation::alignment_of:
      return output_section(expression);
    case Operation::size_of_headers:
    case Operation::defined:
    case Operation::constant:
      return name(expression);
    case Operation::origin:
    case Operation::length:
      return region(expression);
    case Operation::segment_start:
      return segment_start(expression);
    case Operation::conditional:
      return conditional(expression);
    default:
      break;
  }
  if (expression.operands.size() == 1) return unary(expression);
  const Operand left = evaluate(expression.operands[0]);
  const Operand right = evaluate(expression.operands[1]);
  return pair(expression, left, right);
}

Operand Evaluator::symbol(const Expression& expression) {
  const std::string& name = expression.name;
  SymbolState state;
  if (environment_.symbol) state = environment_.symbol(name);
  several_symbols_ = several_symbols_ || !only_symbol_.empty();
  only_symbol_ = name;
  const bool defined = state.kind == SymbolState::Kind::defined;
  if (watched_ != nullptr && *watched_ == name &&
      !(defined && state.value.base == absolute && state.set_in_this_pass))
    watched_was_used_ = true;
  if (defined) {
    const bool outside = environment_.section == absolute && !environment_.sane_expressions;
    if (state.value.base == absolute && !outside) return number(state.value.number);
    return {state.value, nullptr, false};
  }
  if (state.kind == SymbolState::Kind::discarded) {
    if (environment_.phase <= Phase::mark) return {state.value, nullptr, false};
    fault(expression, fmt::format("`{}' is in a section that is not in the output", name),
          "keep that section, or define the symbol in the script");
  }
  const bool needed = assigning_to_dot_ && environment_.phase != Phase::mark;
  if (needed || environment_.phase == Phase::final)
    fault(expression, fmt::format("undefined symbol `{}' referenced in expression", name),
          "define it in an object, with --defsym, or in the script");
  return unresolved(name);
}

Operand Evaluator::output_section(const Expression& expression) {
  const std::string& name = expression.name;
  if (environment_.phase == Phase::first) return unresolved(name);
  std::optional<SectionState> state;
  if (environment_.find_section) state = environment_.find_section(name);
  const bool is_measure =
      expression.operation == Operation::size_of || expression.operation == Operation::alignment_of;
  if (!state) {
    if (environment_.phase == Phase::final)
      fault(expression, fmt::format("undefined section `{}' referenced in expression", name),
            "no output section of that name is in the script or in the link");
    return is_measure ? number(0) : unresolved(name);
  }
  switch (expression.operation) {
    case Operation::address_of:
      if (!state->has_address) return unresolved(name);
      return {Value{0, state->base}, nullptr, false};
    case Operation::load_address_of:
      if (!state->load_address) return unresolved(name);
      if (state->has_load_expression) from_dot_ = false;
      return {Value{*state->load_address, absolute}, nullptr, false};
    case Operation::size_of:
      return number(state->exists ? state->size : 0);
    default:
      return number(state->exists ? state->alignment : 0);
  }
}

Operand Evaluator::name(const Expression& expression) {
  if (expression.operation == Operation::size_of_headers) {
    if (environment_.phase == Phase::first) return unresolved("SIZEOF_HEADERS");
    const bool known = environment_.phase != Phase::mark && environment_.size_of_headers;
    return number(known ? environment_.size_of_headers() : 0);
  }
  if (expression.operation == Operation::defined) {
    const bool defined = environment_.is_defined && environment_.is_defined(expression.name);
    return number(defined ? 1 : 0);
  }
  if (expression.name == "MAXPAGESIZE") return number(environment_.max_page_size);
  if (expression.name == "COMMONPAGESIZE") return number(environment_.common_page_size);
  fault(expression, fmt::format("unknown constant `{}' referenced in expression", expression.name),
        "MAXPAGESIZE and COMMONPAGESIZE are known");
}

Operand Evaluator::region(const Expression& expression) {
  std::optional<RegionState> state;
  if (environment_.region) state = environment_.region(expression.name);
  if (!state)
    fault(expression,
          fmt::format("undefined memory region `{}' referenced in expression", expression.name),
          "MEMORY defines regions, and REGION_ALIAS other names for them");
  if (expression.operation == Operation::origin) return from_address(state->origin);
  return number(state->length);
}

Operand Evaluator::segment_start(const Expression& expression) {
  const Operand otherwise = evaluate(expression.operands[0]);
  if (!otherwise.value) return otherwise;
  std::optional<std::uint64_t> given;
  if (environment_.segment_start) given = environment_.segment_start(expression.name);
  return from_address(given.value_or(otherwise.value->number));
}

Operand Evaluator::conditional(const Expression& expression) {
  // The condition's symbols hand no type on.
  const std::string only = only_symbol_;
  const bool several = several_symbols_;
  const Operand condition = evaluate(expression.operands[0]);
  only_symbol_ = only;
  several_symbols_ = several;
  if (!condition.value) return {};
  const bool holds = condition.value->number != 0;
  Operand result = evaluate(expression.operands[holds ? 1 : 2]);
  result.constant =
      result.constant && condition.constant && is_constant(expression.operands[holds ? 2 : 1]);
  if (result.constant) result.literal = nullptr;
  return result;
}

Operand Evaluator::unary(const Expression& expression) {
  const Operand operand = evaluate(expression.operands[0]);
  if (expression.operation == Operation::assertion) {
    require(operand, expression.place, expression.name);
    return {operand.value, operand.literal, false};
  }
  if (!operand.value) return {};
  Operand result = apply(expression, operand);
  result.constant = result.constant && operand.constant;
  return result.constant ? written_number(result.value->number, nullptr) : result;
}

Operand Evaluator::apply(const Expression& expression, Operand operand) {
  Value& value = *operand.value;
  switch (expression.operation) {
    case Operation::complement:
      value.number = ~value.number;
      break;
    case Operation::logical_not:
      value.number = value.number == 0 ? 1 : 0;
      break;
    case Operation::negate:
      value.number = -value.number;
      break;
    case Operation::log2_ceil:
      operand = {Value{log2_ceil(value.number), plain_number}, nullptr, operand.constant};
      break;
    case Operation::absolute:
      from_dot_ = false;
      value = {address(value), absolute};
      operand.constant = false;
      from_dot_ = false;
      break;
    case Operation::align:
      if (environment_.phase == Phase::first) return unresolved(".");
      return from_address(aligned(environment_.dot, value.number));
    case Operation::next:
      if (environment_.phase == Phase::first) return unresolved(".");
      from_dot_ = false;
      value = {aligned(environment_.dot, address(value)), absolute};
      operand.constant = false;
      break;
    default:
      return data_segment_end(operand);
  }
  return operand;
}

std::uint64_t Evaluator::quotient(const Expression& at, bool remainder, std::uint64_t left,
                                  std::uint64_t right, bool constant) const {
  if (right == 0) {
    if (environment_.phase == Phase::mark && !constant) return 0;
    fault(at, remainder ? "% by zero" : "/ by zero", "the right operand is 0 here");
  }
  const auto a = static_cast<std::int64_t>(left);
  const auto b = static_cast<std::int64_t>(right);
  // The one quotient that has no room.
  if (b == -1) return remainder ? 0 : -left;
  return static_cast<std::uint64_t>(remainder ? a % b : a / b);
}

Operand Evaluator::combine(Operation operation, const Operand& left, const Operand& right,
                           const Expression& at) {
  Expression shape;
  shape.place = at.place;
  shape.operation = operation;
  return pair(shape, left, right);
}

Evaluator::Meeting Evaluator::meet(Value a, Value b) {
  if (a.base == b.base) return {a.number, b.number, a.base, true};
  if (b.base == plain_number) return {a.number, b.number, a.base, false};
  if (a.base == plain_number) return {a.number, b.number, b.base, false};
  from_dot_ = false;
  return {address(a), address(b), absolute, true};
}

Operand Evaluator::pair(const Expression& expression, const Operand& left, const Operand& right) {
  if (!left.value || !right.value) return {};
  const Operation operation = expression.operation;
  const auto [a, b, base, same] = meet(*left.value, *right.value);
  const bool constant = left.constant && right.constant;
  const auto result = [&](std::uint64_t number, Base of) {
    return constant ? written_number(number, nullptr)
                    : Operand{Value{number, of}, right.literal, false};
  };
  switch (operation) {
    case Operation::maximum:
      return result(std::max(a, b), base);
    case Operation::minimum:
      return result(std::min(a, b), base);
    case Operation::align:
      return {Value{aligned(a, b), base}, right.literal, false};
    case Operation::data_segment_align:
      return data_segment_align({a, base}, b);
    case Operation::data_segment_relro_end:
      return data_segment_relro_end(a, {b, base});
    default:
      break;
  }
  if (is_comparison(operation)) return result(compare(operation, a, b), plain_number);
  const bool divides = operation == Operation::divide || operation == Operation::remainder;
  const std::uint64_t number =
      divides ? quotient(expression, operation == Operation::remainder, a, b, constant)
              : arithmetic(operation, a, b);
  return result(number, same ? written_number(0, nullptr).value->base : base);
}

void Evaluator::require(const Operand& operand, const Place& place,
                        const std::string& message) const {
  if (environment_.phase != Phase::final) return;
  if (operand.value && operand.value->number != 0) return;
  if (!environment_.assertion_failed)
    throw Error(place.location(), message, "an ASSERT of the linker script does not hold");
  environment_.assertion_failed(place, message);
}

DataSegment* Evaluator::data_segment() const {
  const bool usable = environment_.phase != Phase::first && environment_.section == absolute;
  return usable ? environment_.data_segment : nullptr;
}

Operand Evaluator::data_segment_align(Value max_page, std::uint64_t common_page) {
  DataSegment* const noted = data_segment();
  if (noted == nullptr) return unresolved("DATA_SEGMENT_ALIGN");
  using State = DataSegment::State;
  DataSegment& segment = *noted;
  const std::uint64_t page = max_page.number;
  const std::uint64_t dot = environment_.dot;
  std::uint64_t value = aligned(dot, page);
  if (segment.state == State::relro_adjust) {
    value = segment.base;
  } else if (segment.state == State::adjust) {
    if (common_page < page) value += (dot + common_page - 1) & (page - common_page);
  } else {
    if (!segment.relro) value += dot & (page - 1);
    if (segment.state == State::none) {
      segment.state = State::align_seen;
      segment.base = value;
      segment.common_page_size = common_page;
      segment.max_page_size = segment.relro_page_size = page;
      segment.relro_end = 0;
    } else if (segment.state != State::done) {
      return unresolved("DATA_SEGMENT_ALIGN");
    }
  }
  return {Value{value, max_page.base}, nullptr, false};
}

Operand Evaluator::data_segment_relro_end(std::uint64_t offset, Value where) {
  if (environment_.data_segment != nullptr) environment_.data_segment->relro_offset = offset;
  DataSegment* const noted = data_segment();
  if (noted == nullptr) return unresolved("DATA_SEGMENT_RELRO_END");
  using State = DataSegment::State;
  DataSegment& segment = *noted;
  const bool first = segment.state == State::align_seen;
  const bool adjusts = segment.state == State::relro_adjust;
  if (!first && !adjusts && segment.state != State::adjust && segment.state != State::done)
    return unresolved("DATA_SEGMENT_RELRO_END");
  if (first || adjusts) segment.relro_end = where.number + offset;
  if (adjusts && segment.relro_page_size != 0) {
    const std::uint64_t rest = segment.relro_end & (segment.relro_page_size - 1);
    if (rest != 0) {
      segment.relro_end += segment.relro_page_size - rest;
      where.number = segment.relro_end - offset;
    }
  }
  if (first) segment.state = State::relro_seen;
  return {where, nullptr, false};
}

Operand Evaluator::data_segment_end(const Operand& end) {
  DataSegment* const noted = data_segment();
  if (noted == nullptr) return unresolved("DATA_SEGMENT_END");
  using State = DataSegment::State;
  DataSegment& segment = *noted;
  switch (segment.state) {
    case State::align_seen:
    case State::relro_seen:
      segment.state = State::end_seen;
      segment.end = end.value->number;
      break;
    case State::relro_adjust:
    case State::adjust:
    case State::done:
      break;
    default:
      return unresolved("DATA_SEGMENT_END");
  }
  return {end.value, end.literal, false};
}

}  // namespace kbx::link::script
