#pragma once
#include <string>
#include <string_view>

#include "testsuite/fuzz/fuzz.h"

namespace kbx::fuzz {

/// Links `content` by kind: an object twice in one partial link, an archive as a whole, anything
/// else as a script for itself as binary input. Gives the size of the output and the warnings;
/// throws kbx::Error where the linker refuses it.
std::string link_input(std::string_view content, const Scratch& scratch);

}  // namespace kbx::fuzz
