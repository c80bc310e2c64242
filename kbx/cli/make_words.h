#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"

namespace kbx::cli {

/// Whether make's words (without the program's name; MAKEFLAGS from the environment) name a
/// driver's folder and, by -C or the current folder, a kernel tree that is to do something with it.
bool asks_for_modules(const std::vector<std::string>& words, const Environment& environment);

}  // namespace kbx::cli
