#pragma once
#include <string>
#include <vector>

#include "kbx/elf/object.h"
#include "kbx/symbols/dialect.h"

namespace kbx::symbols {

/// What an analysis of references between sections found.
struct MismatchFindings {
  std::vector<std::string> warnings;
  std::vector<std::string> errors;
  unsigned count = 0;  // references that should not be, for modpost's -E
};

/// Looks for references that will dangle: from what stays in memory to what is freed after the
/// module's init function (.init.*) or may be left out (.exit.*), and exception table entries that
/// do not point to code. Rules and exemptions are those of scripts/mod/modpost.c. `path` is for
/// messages. Throws Error if an exception table refers to replacement code, where the original
/// gives up.
MismatchFindings find_mismatches(const elf::Object& object, const std::string& path,
                                 const Dialect& dialect);

}  // namespace kbx::symbols
