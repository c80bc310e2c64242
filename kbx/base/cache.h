#pragma once
#include <string>

#include "kbx/base/process.h"

namespace kbx {

/// The folder of kbx's own caches and of the kernel store: $XDG_CACHE_HOME/kbx, else
/// $HOME/.cache/kbx (XDG Base Directory Specification). Throws Error if neither variable is an
/// absolute path.
std::string cache_folder(const Environment& environment);

}  // namespace kbx
