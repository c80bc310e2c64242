#pragma once
#include <vector>

#include "kbx/link/layout/segments.h"
#include "kbx/link/layout/sizing.h"

namespace kbx::link {

/// Gives the expressions of PHDRS their values.
void evaluate_program_headers(Plan& plan, const Evaluate& evaluate);

/// The segments of PHDRS with their sections. Throws Error if no section asks for any.
std::vector<Segment> user_segments(const Plan& plan);

/// Finds sections that ask for a segment that is not there, and headers that cannot be loaded.
void check_program_headers(const Plan& plan, LayoutFaults& faults);

}  // namespace kbx::link
