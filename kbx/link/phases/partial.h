#pragma once
#include "kbx/link/output/image.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// A partial link (-r) from its options to the file. Throws Error if it fails.
Image link_partially(LinkState& state);

}  // namespace kbx::link
