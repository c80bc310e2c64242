#pragma once
#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "kbx/link/layout/cross_sections.h"
#include "kbx/link/layout/memory_regions.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/layout/slot.h"
#include "kbx/link/layout/spill.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// A header that PHDRS asks for.
struct WantedSegment {
  const script::ProgramHeader* declaration = nullptr;
  std::uint32_t type = 0;  // these once their expressions have values
  std::optional<std::uint32_t> flags;
  std::optional<std::uint64_t> load_address;
};

/// What layout works on: the script's places and the output's sections that fill them.
struct Plan {
  Slots slots;
  OutputSections sections;
  MemoryRegions regions;
  std::vector<WantedSegment> program_headers;  // PHDRS
  CrossSectionRules cross_sections;
  std::optional<Spill> spill;                   // --enable-non-contiguous-regions
  std::deque<script::SectionsItem> made_items;  // of overlays
};

/// Appends the places that `script` names to the plan's; an OVERLAY becomes its sections and their
/// symbols. `script` must live as long as the plan. MEMORY has to be there before.
void add_slots(Plan& plan, const script::Sections& sections);

/// Does with a command of a script what concerns layout: SECTIONS, assignments and ASSERT outside
/// of it, MEMORY, REGION_ALIAS, PHDRS, NOCROSSREFS, INSERT; others are passed over. The command
/// must live as long as the plan. Gives the last place there was before it, so that
/// `ScriptState::assign_early` can be called for each place behind.
///
/// A script with INSERT goes before the default one, which stays in force.
Slot* add_command(Plan& plan, const script::Command& command);

/// Puts every section of the files where the places say, and what no place asks for where GNU ld
/// puts orphans: behind the last section of its kind. A group and its members keep sections of
/// their own unless `options`.force_group_allocation says otherwise. Throws Error if an orphan may
/// not be (--orphan-handling=error).
void place_input(Plan& plan, const std::vector<InputFile*>& files, const Options& options,
                 const Say& say);

}  // namespace kbx::link
