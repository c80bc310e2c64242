#pragma once
#include "kbx/link/dynamic/dynamic_link.h"
#include "kbx/link/relocate/linkage.h"

namespace kbx::link {

/// Throws Error if the script discards tables without which code would reach something else, or the
/// dynamic linker what is at address 0. To be called when sections are placed.
void refuse_discarded_tables(const LinkageSections& tables, const DynamicSections& dynamic);

}  // namespace kbx::link
