#pragma once
#include <cstdint>
#include <string>

#include "kbx/link/arch/arm_target.h"

namespace kbx::link {

/// --vfp11-denorm-fix: for code with vectors, or without.
enum class Vfp11Fix : std::uint8_t { by_default, none, scalar, vector };

/// --fix-stm32l4xx-629360: for loads of more than eight words, or all.
enum class Stm32l4xxFix : std::uint8_t { none, long_loads, all };

/// What the command line says of ARM outputs.
struct ArmOptions {
  ArmChoice processors;
  ArmBx bx = ArmBx::stays;
  bool is_target1_relative = false;
  ArmTarget2 target2 = ArmTarget2::got_distance;
  bool has_long_plt = false;
  bool merges_unwind_entries = true;
  bool compares_enum_sizes = true;   // of files' build attributes
  bool compares_wchar_sizes = true;  // … of wchar_t
  Vfp11Fix vfp11 = Vfp11Fix::by_default;
  Stm32l4xxFix stm32l4xx = Stm32l4xxFix::none;
  enum class Choice : std::uint8_t { by_processor, no, yes };
  Choice fix_cortex_a8 = Choice::by_processor;
  std::string thumb_entry;  // --thumb-entry
};

}  // namespace kbx::link
