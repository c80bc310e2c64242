#pragma once
#include <array>
#include <functional>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/layout/slot.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// What layout works on: the script's places and the output's sections that fill them.
struct Plan {
  Slots slots;
  OutputSections sections;
};

/// Appends the places that `script` names to the plan's. `script` must live as long as the plan.
void add_slots(Plan& plan, const script::Sections& sections);

/// Puts every section of the files where the places say, and what no place asks for where GNU ld
/// puts orphans: behind the last section of its kind. A group and its members keep sections of
/// their own unless `options`.force_group_allocation says otherwise. Throws Error if an orphan may
/// not be (--orphan-handling=error).
void place_input(Plan& plan, const std::vector<InputFile*>& files, const Options& options,
                 const Say& say);

}  // namespace kbx::link
