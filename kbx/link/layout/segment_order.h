#pragma once
#include <vector>

#include "kbx/link/layout/output_section.h"

namespace kbx::link {

/// Sorts sections as they follow one another in a segment: by load address, then by address, what
/// is not loaded behind, what is empty in front.
void sort_for_segment(std::vector<OutputSection*>& sections);

}  // namespace kbx::link
