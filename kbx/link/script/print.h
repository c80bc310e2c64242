#pragma once
#include <string>

#include "kbx/link/script/script.h"

namespace kbx::link::script {

/// Canonical text: parse_script(print(x)) == x, and likewise for the others. What INCLUDE brought
/// in is printed in its place.
std::string print(const Script& script);
std::string print(const Version& version);
std::string print(const DynamicList& list);
std::string print(const Expression& expression);
/// On one line.
std::string print(const Assignment& assignment);
std::string print(const InputSections& sections);
std::string print(const Statement& statement);

}  // namespace kbx::link::script
