#pragma once
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// Holds a script's OUTPUT_ARCH against what is linked for. When all inputs are open; throws Error
/// with the script's line if they do not go together.
void check_output_architecture(const LinkState& state);

}  // namespace kbx::link
