#pragma once
#include "kbx/link/arch/veneer.h"

namespace kbx::link {

/// The veneers of ARM, as GNU ld 2.40 has them.
extern const VeneerRules arm_veneers;
/// The same for BE8 outputs, where code is little-endian.
extern const VeneerRules arm_be8_veneers;

}  // namespace kbx::link
