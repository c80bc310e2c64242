#pragma once
#include <string>
#include <string_view>

namespace kbx::link {

/// A path of -L or of a script, with the = or $SYSROOT that it may begin with replaced by
/// `sysroot`.
std::string below_sysroot(std::string_view path, const std::string& sysroot);

}  // namespace kbx::link
