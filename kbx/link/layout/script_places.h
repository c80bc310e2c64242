#pragma once
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// Appends the place that an output section of a script names.
Slot* add_output_section(Plan& plan, const script::OutputSection& section);

/// Gives a place the regions that the script wants for it: without a region, that of loading, if
/// the script says no address either.
void set_regions(Plan& plan, Slot& slot, const script::SectionPlacement& placement,
                 const script::Place& place, bool has_load_address, bool has_address);

/// Does what INSERT asks for: moves the places before it. To be called when the script's input has
/// found its output sections. Throws Error if the section that INSERT names is not there.
void move_inserted(Plan& plan);

}  // namespace kbx::link
