#pragma once
#include "kbx/link/output/image.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// A final link from its options to the file: an executable, position independent or not, or a
/// shared object. Throws Error if it fails.
Image link_finally(LinkState& state);

}  // namespace kbx::link
