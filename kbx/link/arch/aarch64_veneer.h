#pragma once
#include "kbx/link/arch/veneer.h"

namespace kbx::link {

/// The kinds of veneers of AArch64.
enum AArch64Veneer : std::uint8_t {
  no_veneer,
  adrp_branch,        // to a target within 4 GiB
  long_branch,        // to any
  moved_instruction,  // of an erratum of the Cortex-A53
};

/// The veneers of AArch64, as GNU ld 2.40 has them.
extern const VeneerRules aarch64_veneers;

}  // namespace kbx::link
