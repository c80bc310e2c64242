#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/script/script.h"

namespace kbx::link {

/// The parts of a default layout in short form.

/// An expression of the script language.
script::Expression expression(std::string_view text);

/// `name = text`; of this kind.
script::Assignment assignment(script::AssignmentKind kind, std::string_view name,
                              std::string_view text);

/// What stands in an output section, of groups between bars. A group is a list of patterns for one
/// `*(…)`, where ".text/t" stands for ".text .text.* .gnu.linkonce.t.*", and these marks stand in
/// front of a pattern: ^ sorted by name, & by priority, ~ never sorted, - not of crtend.o, % not of
/// crtbegin.o either. In front of the group: ! kept, with "!FILE:" of that file. "=NAME" provides a
/// hidden symbol, "+NAME" provides one, ":NAME" defines one.
std::vector<script::Statement> statements(std::string_view words);

/// An output section with these statements.
script::OutputSection output_section(std::string_view name, std::string_view words);

}  // namespace kbx::link
