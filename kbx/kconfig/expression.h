#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kbx/base/arena.h"
#include "kbx/base/number_table.h"
#include "kbx/base/records.h"

namespace kbx::kconfig {

struct Symbol;

enum class Tristate : std::uint8_t { no, mod, yes };

/// "n", "m" or "y".
constexpr std::string_view letter_of(Tristate value) {
  constexpr std::string_view letters[] = {"n", "m", "y"};
  return letters[static_cast<std::size_t>(value)];
}

enum class Operator : std::uint8_t {
  either,  // ||
  both,    // &&
  negation,
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,
  symbol,
  range,
};

/// An immutable expression. Equal ones are one object (Expressions makes them), so that they are
/// compared by address. A null pointer in the place of one stands for "y".
struct Expression {
  Operator operation = Operator::symbol;
  std::uint32_t id = 0;
  union {
    const Expression* left = nullptr;  // of ||, && and !
    Symbol* first;                     // of comparisons, ranges, and the symbol itself
  };
  union {
    const Expression* right = nullptr;  // of || and &&
    Symbol* second;                     // of comparisons and ranges
  };

  bool is_comparison() const {
    return operation >= Operator::equal && operation <= Operator::greater_equal;
  }
};

/// Makes expressions, each different one once.
class Expressions {
 public:
  /// They lie in `arena`.
  explicit Expressions(Arena& arena) : all_(arena) {}

  const Expression* symbol(Symbol* symbol);
  const Expression* negation(const Expression* operand);
  const Expression* two(Operator operation, const Expression* left, const Expression* right);
  const Expression* compare(Operator operation, Symbol* first, Symbol* second);
  /// && and ||, where null gives the other operand.
  const Expression* both(const Expression* left, const Expression* right);
  const Expression* either(const Expression* left, const Expression* right);
  /// What `junction` or `negation` becomes with other operands, which often are its own.
  const Expression* with(const Expression* junction, const Expression* left,
                         const Expression* right);
  const Expression* with(const Expression* negation, const Expression* operand);

  /// How many there are; ids are below it.
  std::size_t size() const { return all_.size(); }

 private:
  const Expression* find(const Expression& wanted);
  const Expression& make(const Expression& wanted);

  Records<Expression> all_;
  NumberTable numbers_;  // of all but symbols, which know theirs
};

/// True if `symbol` occurs in `expression` at all.
bool contains_symbol(const Expression* expression, const Symbol* symbol);

}  // namespace kbx::kconfig
