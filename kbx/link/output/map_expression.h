#pragma once
#include <string>

#include "kbx/link/script/script.h"

namespace kbx::link {

/// True if the link map shows the expression as a number: it is one, or made of numbers alone.
bool is_constant_in_map(const script::Expression& expression);

/// Expressions, assignments and assertions as GNU ld 2.40 writes them into a link map: operators
/// in parentheses, constants computed and in hexadecimal.
std::string map_text(const script::Expression& expression);
std::string map_text(const script::Assignment& assignment);
std::string map_text(const script::Assertion& assertion);

/// The pattern of input sections in a link map, without KEEP and flags.
std::string map_text(const script::InputSections& input);

}  // namespace kbx::link
