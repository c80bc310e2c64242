#pragma once
#include <string>
#include <string_view>

namespace kbx::ninja {

/// What to do about a line that a failing command printed; "" where it says all itself:
/// - "fatal error: NAME: No such file or directory", if a makefile of the driver has a rule that
///   makes NAME outside of kbuild;
/// - a compiler's complaint about an option that it does not know;
/// - the complaint of a tree's modpost (`tree_programs`) about a symbol that nobody exports.
/// `source` is the driver's folder; makefiles above it, up to its project's top, are looked at too.
std::string advice_on(std::string_view line, const std::string& source, bool tree_programs);

}  // namespace kbx::ninja
