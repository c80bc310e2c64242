#pragma once
#include "kbx/link/arch/arm_target.h"
#include "kbx/link/arch/machine.h"
#include "kbx/link/output/symbols.h"
#include "kbx/link/phases/state.h"
#include "kbx/link/relocate/linkage.h"
#include "kbx/link/veneers/arm_glue.h"

namespace kbx::link {

/// What the processors of an ARM output can do, once build attributes are merged.
ArmTarget arm_target_of(const LinkState& state);

/// The machine with the PLT that they run and the command line asks for.
const Machine& arm_machine_of(const LinkState& state, const ArmTarget& target);

/// Edits .ARM.exidx; see edit_unwind_index.
bool edit_arm_index(LinkState& state);

/// What the ELF header of an ARM program or shared object says beyond its inputs'.
void complete_arm_header(const LinkState& state, Target& target);

/// What an ARM output has that other machines' have not: glue, mapping symbols, and code of another
/// byte order than data (BE8).
class ArmOutput {
 public:
  ArmOutput(LinkState& state, const FinalKind& kind);

  /// Finds what needs glue; before sections are placed, when it is known what has PLT entries.
  void find_glue();
  /// To be called when sections are placed: see ArmGlue::drop_empty.
  void drop_empty_glue() { glue_.drop_empty(); }
  const ArmGlue& glue() const { return glue_; }

  /// The symbols beyond those of the input, in the order of GNU ld 2.40; `veneers` are those of
  /// veneers.
  std::vector<MadeSymbol> symbols(const Linkage& linkage,
                                  const std::vector<MadeSymbol>& veneers) const;

  /// What is left to do to a section whose relocations are done.
  void finish(const InputSection& section, char* content) const;

 private:
  LinkState& state_;
  const FinalKind& kind_;
  ArmGlue glue_;
  ArmSpans spans_;  // of BE8
};

}  // namespace kbx::link
