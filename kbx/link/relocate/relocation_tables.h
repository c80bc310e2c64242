#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/relocate/fill.h"

namespace kbx::link {

/// Writes .rela.dyn, .rela.plt and .rela.iplt when addresses are final, in the order that
/// -z combreloc asks for; `bytes_of` gives where a section's bytes are in the output. Gives how
/// many relative relocations stand at the start of .rela.dyn, for DT_RELACOUNT. Where a script has
/// put .rela.plt into .rela.dyn, it moves to its end.
template <typename Shape>
std::uint64_t write_relocation_tables(const Applying& applying, const ScanResult& scan,
                                      const std::function<char*(const InputSection&)>& bytes_of);

/// What DT_RELA, or DT_REL, covers.
std::vector<const OutputSection*> relocation_sections(const OutputSections& sections,
                                                      const Machine& machine);

}  // namespace kbx::link
