#pragma once
#include <functional>
#include <vector>

#include "kbx/link/layout/layout_rules.h"
#include "kbx/link/layout/placement.h"
#include "kbx/link/layout/script_state.h"
#include "kbx/link/layout/segments.h"

namespace kbx::link {

/// What the rest of the linker does between passes of the layout; each may be missing.
struct LayoutHooks {
  /// Once, when addresses are known for the first time: .eh_frame and its like lose entries. True
  /// if a size changed.
  std::function<bool()> edit;
  /// Relaxation: in passes of its own, each input section right before it is placed. True if the
  /// pass has to be repeated. GNU ld has three for RISC-V; the last only places all once more.
  std::function<bool(InputSection& section, unsigned pass)> relax;
  /// Whenever addresses and segments are known: RELR, veneers. Each gives true if a
  /// size changed, after which the first one is called again: one that is called finds those before
  /// it settled.
  std::vector<std::function<bool()>> adjusters;
  /// Once, when addresses and symbols are final, before it is checked whether they make sense.
  std::function<void()> settled;
};

/// What became of the layout.
struct FinalLayout {
  FileLayout file;
  std::uint64_t relro_start = 0;
  std::uint64_t relro_end = 0;  // 0: nothing is read-only after relocation
};

/// Makes .text read-only, or writable with -N, whatever was put into it; before tables of dynamic
/// linking are sized.
void mark_text(Plan& plan, bool is_readonly);

/// Readies the plan of a final link once all input is placed and the linker's own sections have
/// input sections: hands load regions on, gives regions their values, and takes away
/// output sections that stay empty. Sections that get their size later (.dynsym, .hash …) stay
/// because of their input that the linker made (trait_linker_created).
void prepare_final_layout(Plan& plan, ScriptState& state, const LayoutRules& rules, const Say& say);

/// Addresses, segments and offsets, in GNU ld's order of passes: sizes until they and the program
/// headers are stable, then symbols for the last time. Throws Error if something does not fit
/// (regions, headers, overlaps, ASSERT), after all faults but the last were said.
FinalLayout lay_out(Plan& plan, ScriptState& state, const LayoutRules& rules,
                    const LayoutHooks& hooks, const OutputSection* eh_frame_header, const Say& say);

}  // namespace kbx::link
