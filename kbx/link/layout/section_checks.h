#pragma once
#include "kbx/link/layout/layout_rules.h"
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// Finds sections whose addresses or load addresses overlap or pass the end of memory, and regions
/// that are too full.
void check_section_addresses(const Plan& plan, const LayoutRules& rules, LayoutFaults& faults);

/// What takes the most room in the regions that are too full, for the hint of an error; "" if all
/// have room.
std::string largest_in_full_regions(const Plan& plan);

}  // namespace kbx::link
