#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"

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
  const Expression* left = nullptr;  // of ||, && and !
  const Expression* right = nullptr;
  Symbol* first = nullptr;  // of comparisons, ranges, and the symbol itself
  Symbol* second = nullptr;
  std::uint32_t id = 0;

  bool is_comparison() const {
    return operation >= Operator::equal && operation <= Operator::greater_equal;
  }
};

/// Makes expressions, each different one once.
class Expressions {
 public:
  const Expression* symbol(Symbol* symbol);
  const Expression* negation(const Expression* operand);
  const Expression* two(Operator operation, const Expression* left, const Expression* right);
  const Expression* compare(Operator operation, Symbol* first, Symbol* second);
  /// && and ||, where null gives the other operand.
  const Expression* both(const Expression* left, const Expression* right);
  const Expression* either(const Expression* left, const Expression* right);

  /// How many there are; ids are below it.
  std::size_t size() const { return count_; }

 private:
  const Expression* find(const Expression& wanted);
  void grow();

  Arena arena_;
  struct Entry {
    const Expression* expression = nullptr;
    std::size_t hash = 0;
  };
  std::vector<Entry> table_;
  std::uint32_t count_ = 0;
};

/// True if `symbol` occurs in `expression` at all.
bool contains_symbol(const Expression* expression, const Symbol* symbol);

}  // namespace kbx::kconfig
