#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "kbx/link/relocate/shrinking_section.h"

namespace kbx::link {

/// A section of code that may become shorter.
struct RelaxableCode {
  explicit RelaxableCode(InputSection& input) : section(input) {}

  ShrinkingSection section;
  /// Which of the relocations stand at code that might do with less, by index: those that
  /// R_RISCV_RELAX goes with. What is settled is taken out.
  std::vector<std::uint32_t> open;
  std::vector<std::uint32_t> paddings;  // … at R_RISCV_ALIGN, by offset
  bool is_aligned = false;              // paddings are dropped: nothing may become shorter any more
  bool is_changed = false;              // the relocations are others than those of the input
};

/// The code of all files in which there is something to do; without `shortens` that is only to drop
/// padding. Sections that are discarded are passed over.
std::vector<std::unique_ptr<RelaxableCode>> find_relaxable_code(
    const std::vector<InputFile*>& files, bool shortens, bool is_position_independent);

}  // namespace kbx::link
