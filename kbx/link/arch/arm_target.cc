#include "kbx/link/arch/arm_target.h"

#include <elf.h>

#include "kbx/link/arch/attribute_list.h"

/// Which instructions the processors of an architecture have, as GNU ld 2.40 concludes from the
/// build attributes.
namespace kbx::link {
namespace {

enum Tag : std::uint32_t { cpu_arch = 6, cpu_arch_profile = 7, thumb_isa_use = 9 };

bool is_thumb_only(std::uint32_t architecture, std::uint32_t profile) {
  if (profile != 0) return profile == 'M';
  switch (architecture) {
    case arm_v6_m:
    case arm_v6s_m:
    case arm_v7e_m:
    case arm_v8_m_baseline:
    case arm_v8_m_mainline:
    case arm_v8_1_m_mainline:
      return true;
    default:
      return false;
  }
}

/// Old files say 1 or 2 for the instructions themselves, newer ones 3 for those of the
/// architecture.
bool has_thumb2(std::uint32_t architecture, std::uint32_t thumb_isa) {
  constexpr std::uint32_t old_thumb2 = 2;
  constexpr std::uint32_t as_architecture = 3;
  if (thumb_isa < as_architecture) return thumb_isa == old_thumb2;
  switch (architecture) {
    case arm_v6t2:
    case arm_v7:
    case arm_v7e_m:
    case arm_v8:
    case arm_v8_r:
    case arm_v8_m_mainline:
    case arm_v8_1_m_mainline:
      return true;
    default:
      return false;
  }
}

bool has_nop(std::uint32_t architecture) {
  switch (architecture) {
    case arm_v6t2:
    case arm_v6k:
    case arm_v7:
    case arm_v8:
    case arm_v8_r:
    case arm_v9:
      return true;
    default:
      return false;
  }
}

/// The ARM1176 may take a wrong address from blx; --fix-arm1176 leaves it to later processors.
bool has_blx(std::uint32_t architecture, const ArmChoice& choice) {
  if (choice.use_blx) return true;
  if (choice.fix_arm1176) return architecture == arm_v6t2 || architecture > arm_v6k;
  return architecture > arm_v4t;
}

}  // namespace

ArmTarget arm_target(std::string_view attributes, bool is_big_endian, const ArmChoice& choice) {
  BuildAttributes all;
  read_attributes(attributes, EM_ARM, is_big_endian, all);
  const VendorAttributes& own = all.processor;
  ArmTarget target;
  target.architecture = own[cpu_arch].number;
  target.profile = own[cpu_arch_profile].number;
  target.is_thumb_only = is_thumb_only(target.architecture, target.profile);
  target.has_thumb2 = has_thumb2(target.architecture, own[thumb_isa_use].number);
  target.has_long_thumb_bl = target.architecture == arm_v6t2 || target.architecture >= arm_v7;
  target.has_thumb_movw = target.has_thumb2 || target.architecture == arm_v8_m_baseline;
  target.has_nop = has_nop(target.architecture);
  target.has_blx = has_blx(target.architecture, choice);
  return target;
}

}  // namespace kbx::link
