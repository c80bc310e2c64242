#pragma once
#include <cstdint>
#include <string_view>

namespace kbx::link {

/// Values of Tag_CPU_arch (Addenda to, and Errata in, the ABI for the Arm Architecture). The last
/// is of no file: v4T of which v6-M may run as much as it has.
enum ArmArchitecture : std::uint32_t {
  arm_pre_v4 = 0,
  arm_v4t = 2,
  arm_v6kz = 7,
  arm_v6t2 = 8,
  arm_v6k = 9,
  arm_v7 = 10,
  arm_v6_m = 11,
  arm_v6s_m = 12,
  arm_v7e_m = 13,
  arm_v8 = 14,
  arm_v8_r = 15,
  arm_v8_m_baseline = 16,
  arm_v8_m_mainline = 17,
  arm_v8_1_m_mainline = 21,
  arm_v9 = 22,
};

/// What becomes of bx, which ARMv4 does not have.
enum class ArmBx : std::uint8_t { stays, move, veneer };

/// What R_ARM_TARGET2 stands for.
enum class ArmTarget2 : std::uint8_t { distance, address, got_distance };

/// What an output's processors can do, as its build attributes and the command line say.
struct ArmTarget {
  std::uint32_t architecture = 0;
  std::uint32_t profile = 0;       // 'A', 'R', 'M', 'S', or 0
  bool is_thumb_only = false;      // no ARM code
  bool has_thumb2 = false;         // instructions of 32 bits besides bl
  bool has_long_thumb_bl = false;  // bl reaches 16 MiB, not 4
  bool has_thumb_movw = false;
  bool has_nop = false;  // of ARM code
  bool has_blx = false;  // and it may be used
  bool fixes_cortex_a8 = false;
  ArmBx bx = ArmBx::stays;
  bool is_target1_relative = false;
  ArmTarget2 target2 = ArmTarget2::got_distance;
};

/// How the command line bears on that.
struct ArmChoice {
  bool use_blx = false;     // --use-blx
  bool fix_arm1176 = true;  // --no-fix-arm1176 says that the erratum of blx does not matter
};

/// Judges the content of the output's .ARM.attributes; without any, the oldest processors are
/// meant.
ArmTarget arm_target(std::string_view attributes, bool is_big_endian, const ArmChoice& choice);

}  // namespace kbx::link
