#pragma once
#include <functional>

#include "kbx/cpp/expander.h"

namespace kbx::cpp::detail {

/// What #if asks beside arithmetic. Each is called with the expander behind the operator's name.
struct ConditionOperators {
  /// The next token of the condition, macros replaced.
  std::function<Token()> next;
  /// The value of "defined", or of __has_include and its like, with `name` just read; nothing if
  /// it is an identifier without a meaning, which stands for 0.
  std::function<bool(const Token& name, std::int64_t& value)> identifier;
  bool warn_undefined = false;  ///< the compiler warns of such an identifier
};

/// The value of the expression of #if. Throws Unsure for what is none.
bool condition(const ConditionOperators& operators);

}  // namespace kbx::cpp::detail
