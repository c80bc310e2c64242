#pragma once
#include <array>
#include <string_view>

#include "kbx/link/script/script.h"

namespace kbx::link::script {

struct InfixOperator {
  std::string_view text;
  Operation operation;
  int precedence;  // the greater binds tighter; ?: has 0
};

/// The operators between two operands. All group from the left.
inline constexpr auto infix_operators = std::to_array<InfixOperator>({
    {"||", Operation::logical_or, 1},
    {"&&", Operation::logical_and, 2},
    {"|", Operation::bit_or, 3},
    {"^", Operation::bit_xor, 4},
    {"&", Operation::bit_and, 5},
    {"==", Operation::equal, 6},
    {"!=", Operation::not_equal, 6},
    {"<", Operation::less, 7},
    {">", Operation::greater, 7},
    {"<=", Operation::less_equal, 7},
    {">=", Operation::greater_equal, 7},
    {"<<", Operation::shift_left, 8},
    {">>", Operation::shift_right, 8},
    {"+", Operation::add, 9},
    {"-", Operation::subtract, 9},
    {"*", Operation::multiply, 10},
    {"/", Operation::divide, 10},
    {"%", Operation::remainder, 10},
});

}  // namespace kbx::link::script
