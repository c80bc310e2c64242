#pragma once
#include <string>
#include <string_view>

#include "kbx/base/file.h"

namespace kbx {

/// The file in a folder of kbx's own that is locked while a kbx changes what it keeps there. It is
/// not empty while Ninja runs.
constexpr std::string_view lock_file = "lock";

/// Makes the folder `state` and locks it. While another kbx has it, says on standard error that it
/// waits for `shown`, or nothing if that is "".
FileLock lock_state(const std::string& state, const std::string& shown);

}  // namespace kbx
