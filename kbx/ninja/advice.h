#pragma once
#include <string>
#include <string_view>

namespace kbx::ninja {

/// What to do about a compiler's line "fatal error: NAME: No such file or directory", if a makefile
/// of the driver has a rule that makes NAME outside of kbuild; "" where there is nothing to say.
/// `source` is the driver's folder; makefiles above it, up to its project's top, are looked at too.
std::string advice_on(std::string_view line, const std::string& source);

}  // namespace kbx::ninja
