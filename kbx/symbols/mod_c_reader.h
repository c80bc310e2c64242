#pragma once
#include <optional>
#include <string_view>

#include "kbx/symbols/mod_c.h"

namespace kbx::symbols {

/// What the text of a MODULE.mod.c tells, or nothing unless the text is, byte for byte, one that
/// mod_c_text gives for that dialect. The names refer to `text`. ModC::is_64bit and the folders in
/// ModC::module are not in the text.
std::optional<ModC> read_mod_c(std::string_view text, const Dialect& dialect);

}  // namespace kbx::symbols
