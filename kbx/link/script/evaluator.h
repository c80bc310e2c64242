#pragma once
#include <optional>
#include <string>

#include "kbx/link/script/expression.h"

namespace kbx::link::script {

/// A value on its way through an expression.
struct Operand {
  std::optional<Value> value;            // nothing: unresolved
  const std::string* literal = nullptr;  // a hexadecimal literal that it came from, for fills
  bool constant = false;                 // numbers only, which GNU ld folds while it reads
};

/// True for what GNU ld makes one number of while it reads: numbers under operators that look at
/// nothing else.
bool is_constant(const Expression& expression);

/// Walks one expression; what it met on the way is in `result`.
class Evaluator {
 public:
  explicit Evaluator(const Environment& environment) : environment_(environment) {}

  Operand evaluate(const Expression& expression);
  /// `left` and `right` under the infix operator `operation`; `at` is for messages.
  Operand combine(Operation operation, const Operand& left, const Operand& right,
                  const Expression& at);
  Result result(const Operand& operand) const;

  /// An undefined symbol is an error from the allocating phase on.
  void assign_to_dot() { assigning_to_dot_ = true; }
  /// Looks out for uses of a symbol's own old value.
  void watch(const std::string& symbol) { watched_ = &symbol; }
  bool watched_was_used() const { return watched_was_used_; }

  /// In the final phase a value of 0 makes the assertion fail.
  void require(const Operand& operand, const Place& place, const std::string& message) const;

 private:
  /// Two operands that have met.
  struct Meeting {
    std::uint64_t left;
    std::uint64_t right;
    Base base;  // what the result is relative to if it keeps that
    bool same;  // both operands have it
  };

  Operand number(std::uint64_t value) const;
  Operand written_number(std::uint64_t value, const std::string* literal) const;
  Operand from_address(std::uint64_t address);
  Operand unresolved(const std::string& name);
  std::uint64_t address(const Value& value) const { return address_of(value, environment_); }

  Operand symbol(const Expression& expression);
  Operand output_section(const Expression& expression);
  Operand name(const Expression& expression);
  Operand region(const Expression& expression);
  Operand segment_start(const Expression& expression);
  Operand conditional(const Expression& expression);
  Operand unary(const Expression& expression);
  Operand apply(const Expression& expression, Operand operand);
  Meeting meet(Value a, Value b);
  Operand pair(const Expression& expression, const Operand& left, const Operand& right);
  std::uint64_t quotient(const Expression& at, bool remainder, std::uint64_t left,
                         std::uint64_t right, bool constant) const;
  /// Where to note the data segment's bounds; null where DATA_SEGMENT_… have no value.
  DataSegment* data_segment() const;
  Operand data_segment_align(Value max_page, std::uint64_t common_page);
  Operand data_segment_relro_end(std::uint64_t offset, Value where);
  Operand data_segment_end(const Operand& end);

  const Environment& environment_;
  const std::string* watched_ = nullptr;
  bool watched_was_used_ = false;
  bool assigning_to_dot_ = false;
  bool from_dot_ = false;
  std::string unresolved_;
  std::string only_symbol_;
  bool several_symbols_ = false;
};

}  // namespace kbx::link::script
