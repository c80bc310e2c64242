#pragma once
#include "kbx/link/layout/layout_rules.h"
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// Takes away the output sections that a marking pass (SizingPass::is_marking) has left without
/// size, unless dot was assigned in them or they have input that the linker made and that may still
/// grow. The place stays if the script defines a symbol in it.
void remove_empty_sections(Plan& plan, const LayoutRules& rules);

/// The section of the output that a symbol goes to which was in `removed`: what lies in front of it
/// or behind, whichever will be in the same segment; null: none.
OutputSection* neighbour(const OutputSections& sections, const OutputSection& removed,
                         std::uint64_t address);

}  // namespace kbx::link
