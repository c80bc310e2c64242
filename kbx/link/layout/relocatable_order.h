#pragma once
#include <cstdint>
#include <vector>

#include "kbx/link/script/script.h"

namespace kbx::link {

/// What ld -r does if no script says otherwise: a section of one of the names that the format
/// knows goes where that name stands in a fixed row, at address 0; all others follow as orphans.
script::Sections relocatable_order(std::uint16_t machine);

}  // namespace kbx::link
