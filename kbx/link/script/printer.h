#pragma once
#include <string>
#include <vector>

#include "kbx/link/script/lexer.h"
#include "kbx/link/script/script.h"

/// The parts of the printer, for one another.
namespace kbx::link::script {

/// In quotes. No name has a quote in it.
std::string quoted(const std::string& name);
/// The name as it has to be written for the lexer to give it as one name in `mode`.
std::string quoted_if_needed(const std::string& name, Mode mode);
/// Each with `before` ahead of it.
std::string each(const std::vector<std::string>& names, std::string_view before, Mode mode);

std::string print(const Assignment& assignment, Mode mode);
std::string print(const Assertion& assertion);
std::string print(const Sections& sections);

}  // namespace kbx::link::script
