#pragma once
#include <string>
#include <vector>

#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// What to do about a failed command, a sentence each, from the lines that it printed; nothing
/// where they say all themselves:
/// - "fatal error: NAME: No such file or directory", if a makefile of the driver has a rule that
///   makes NAME outside of kbuild;
/// - a compiler's complaint about an option that it does not know;
/// - the complaint of a tree's modpost about a symbol that nobody exports;
/// - errors about interfaces that this kernel has not, or has otherwise (api_advice.h).
/// `source` is the driver's folder; makefiles above it, up to its project's top, are looked at too.
std::vector<std::string> advice_on_failure(const std::vector<std::string>& lines,
                                           const std::string& source, const Layout& layout);

/// The first of many sentences of advice, and how many more there are.
std::vector<std::string> as_many_as_are_read(std::vector<std::string> advice);

}  // namespace kbx::ninja
