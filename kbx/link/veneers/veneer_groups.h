#pragma once
#include <cstdint>
#include <unordered_map>

#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// For each section of code the one behind which the veneers of its branches lie.
using VeneerGroups = std::unordered_map<const InputSection*, InputSection*>;

/// How much code shares a section of veneers.
struct GroupSize {
  std::uint64_t bytes = 0;
  bool is_behind_branches = false;  // veneers lie behind the code that uses them, never in front
};

/// Groups the code of each output section as GNU ld 2.40 does, by the offsets that the last pass
/// of the layout left: sections that follow one another, as long as they end within the size, have
/// their veneers behind the last of them, and so have those behind that, within the same size.
VeneerGroups group_code(const Plan& plan, const GroupSize& size);

}  // namespace kbx::link
