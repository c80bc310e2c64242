#include <fmt/format.h>

#include "kbx/link/arch/merge_attributes.h"

/// ARM's build attributes of two files become those of both, after "Addenda to, and Errata in, the
/// ABI for the Arm Architecture", chapter "Combining attribute values", where GNU ld 2.40 differs
/// from it after that.
namespace kbx::link {
namespace {

enum Tag : std::uint32_t {
  cpu_raw_name = 4,
  cpu_name = 5,
  cpu_arch = 6,
  cpu_arch_profile = 7,
  arm_isa_use = 8,
  thumb_isa_use = 9,
  fp_arch = 10,
  wmmx_arch = 11,
  advanced_simd_arch = 12,
  pcs_config = 13,
  abi_pcs_r9_use = 14,
  abi_pcs_rw_data = 15,
  abi_pcs_ro_data = 16,
  abi_pcs_got_use = 17,
  abi_pcs_wchar_t = 18,
  abi_fp_rounding = 19,
  abi_fp_denormal = 20,
  abi_fp_exceptions = 21,
  abi_fp_user_exceptions = 22,
  abi_fp_number_model = 23,
  abi_align_needed = 24,
  abi_align_preserved = 25,
  abi_enum_size = 26,
  abi_hard_fp_use = 27,
  abi_vfp_args = 28,
  abi_wmmx_args = 29,
  abi_optimization_goals = 30,
  abi_fp_optimization_goals = 31,
  compatibility = 32,
  cpu_unaligned_access = 34,
  fp_hp_extension = 36,
  abi_fp_16bit_format = 38,
  mp_extension_use = 42,
  div_use = 44,
  dsp_extension = 46,
  mve_arch = 48,
  pac_extension = 50,
  bti_extension = 52,
  nodefaults = 64,
  also_compatible_with = 65,
  t2ee_use = 66,
  conformance = 67,
  virtualization_use = 68,
  mp_extension_use_legacy = 70,
  bti_use = 74,
  pacret_use = 76,
};

/// Values of cpu_arch. The last is of no file: v4T of which v6-M may run as much as it has.
enum Architecture : int {
  pre_v4 = 0,
  v4t = 2,
  v6kz = 7,
  v6t2 = 8,
  v6k = 9,
  v7 = 10,
  v6_m = 11,
  v6s_m = 12,
  v7e_m = 13,
  v8 = 14,
  v8_r = 15,
  v8_m_baseline = 16,
  v8_m_mainline = 17,
  v8_1_m_mainline = 21,
  v9 = 22,
  v4t_plus_v6_m = 23,
};
constexpr int incompatible = -1;

bool is_mandatory(std::uint32_t tag) {
  return (tag & 127) < 64;
}

bool is_below_mainline(int architecture) {
  return architecture >= v7 && architecture <= v7e_m;
}

/// The architecture that has what `low` and `high` have; low <= high.
int united_architecture(int low, int high) {
  const bool is_before_v4t = low < v4t;
  switch (high) {
    case v6t2:
      return low == v6kz ? v7 : v6t2;
    case v6k:
      return low == v6kz ? v6kz : low == v6t2 ? v7 : v6k;
    case v6_m:
    case v6s_m:
      if (is_before_v4t) return incompatible;
      if (low >= v6_m) return high;
      if (low == v6kz) return v6kz;
      return low == v6t2 || low == v7 ? v7 : v6k;
    case v7e_m:
      return is_before_v4t ? incompatible : v7e_m;
    case v8_r:
      return low == v8 ? v8 : v8_r;
    case v8_m_baseline:
      return low == v6_m || low == v6s_m || low == high ? high : incompatible;
    case v8_m_mainline:
    case v8_1_m_mainline:
      return is_below_mainline(low) || low == v8_m_baseline || low == v8_m_mainline || low == high
                 ? high
                 : incompatible;
    case v4t_plus_v6_m:
      return is_before_v4t || low == v8_r || (low > v8_m_mainline && low < v8_1_m_mainline)
                 ? incompatible
                 : low;
    case v7:
    case v8:
    case v9:
      return high;
    default:
      return high < v6t2 ? high : incompatible;
  }
}

/// The name of a CPU where only the architecture is known.
std::string_view architecture_name(std::uint32_t architecture) {
  constexpr std::string_view names[] = {
      "Pre v4",
      "ARM v4",
      "ARM v4T",
      "ARM v5T",
      "ARM v5TE",
      "ARM v5TEJ",
      "ARM v6",
      "ARM v6KZ",
      "ARM v6T2",
      "ARM v6K",
      "ARM v7",
      "ARM v6-M",
      "ARM v6S-M",
      "ARM v7E-M",
      "ARM v8",
      "ARM v8-R",
      "ARM v8-M.baseline",
      "ARM v8-M.mainline",
      "ARM v8.1-A",
      "ARM v8.2-A",
      "ARM v8.3-A",
      "ARM v8.1-M.mainline",
      "ARM v9",
  };
  return architecture < std::size(names) ? names[architecture] : std::string_view();
}

/// Of also_compatible_with the architecture, or -1.
int second_architecture(const VendorAttributes& attributes) {
  const std::optional<std::string>& text = attributes[also_compatible_with].text;
  if (!text || text->size() != 2 || (*text)[0] != cpu_arch || ((*text)[1] & 0x80)) return -1;
  return (*text)[1];
}

bool is_either(int architecture, int second) {
  return (architecture == v6_m && second == v4t) || (architecture == v4t && second == v6_m);
}

bool allows_divide(const VendorAttributes& attributes) {
  const std::uint32_t use = attributes[div_use].number;
  if (use != 0) return use != 1;
  const std::uint32_t architecture = attributes[cpu_arch].number;
  const std::uint32_t profile = attributes[cpu_arch_profile].number;
  return (architecture == v7 && (profile == 'R' || profile == 'M')) || architecture >= v7e_m;
}

class ArmMerge {
 public:
  explicit ArmMerge(AttributeMerge& merge)
      : merge_(merge), out_(merge.out.processor), in_(merge.in.processor) {}

  void run() {
    merge_vfp_arguments();
    for (std::uint32_t tag = VendorAttributes::first_known; tag < VendorAttributes::known_count;
         ++tag) {
      if (tag == cpu_arch) {
        if (!merge_architecture()) return;
      } else {
        merge_one(tag);
      }
      if (out_[tag].form == 0) out_[tag].form = in_[tag].form;
    }
    merge_compatibility(merge_);
    merge_unknown_others(merge_, is_mandatory);
  }

 private:
  std::uint32_t& out(std::uint32_t tag) { return out_[tag].number; }
  std::uint32_t in(std::uint32_t tag) const { return in_[tag].number; }

  void merge_vfp_arguments() {
    constexpr std::uint32_t any = 3;
    if (in(abi_vfp_args) == out(abi_vfp_args)) return;
    const bool has_floats = in(abi_fp_number_model) != 0;
    if (out(abi_fp_number_model) == 0 || (has_floats && out(abi_vfp_args) == any)) {
      out(abi_vfp_args) = in(abi_vfp_args);
    } else if (has_floats && in(abi_vfp_args) != any) {
      const bool in_uses = in(abi_vfp_args) != 0;
      merge_.fail(fmt::format("error: {} uses VFP register arguments, {} does not",
                              in_uses ? merge_.in_name : merge_.out_name,
                              in_uses ? merge_.out_name : merge_.in_name));
    }
  }

  void merge_one(std::uint32_t tag) {
    switch (tag) {
      case cpu_raw_name:
      case cpu_name:
      case also_compatible_with:
      case abi_optimization_goals:
      case abi_fp_optimization_goals:
      case abi_vfp_args:
      case abi_hard_fp_use:
      case compatibility:
      case nodefaults:
        break;
      case arm_isa_use:
      case thumb_isa_use:
      case wmmx_arch:
      case advanced_simd_arch:
      case abi_fp_rounding:
      case abi_fp_exceptions:
      case abi_fp_user_exceptions:
      case abi_fp_number_model:
      case fp_hp_extension:
      case cpu_unaligned_access:
      case t2ee_use:
      case mp_extension_use:
      case mve_arch:
      case pac_extension:
      case bti_extension:
      case bti_use:
      case pacret_use:
        out(tag) = std::max(out(tag), in(tag));
        break;
      case abi_align_preserved:
      case abi_pcs_ro_data:
        out(tag) = std::min(out(tag), in(tag));
        break;
      case abi_align_needed:
      case abi_fp_denormal:
      case abi_pcs_got_use:
        if (strictness(in(tag)) > strictness(out(tag))) out(tag) = in(tag);
        break;
      case virtualization_use:
        merge_virtualization();
        break;
      case cpu_arch_profile:
        merge_profile();
        break;
      case dsp_extension:
        merge_dsp();
        break;
      case fp_arch:
        merge_fp();
        break;
      case pcs_config:
        if (out(tag) == 0)
          out(tag) = in(tag);
        else if (in(tag) != 0 && in(tag) != out(tag))
          merge_.warn(
              fmt::format("warning: {}: conflicting platform configuration", merge_.in_name));
        break;
      case abi_pcs_r9_use:
      case abi_pcs_rw_data:
        merge_static_base(tag);
        break;
      case abi_pcs_wchar_t:
        merge_wide_characters();
        break;
      case abi_enum_size:
        merge_enumerations();
        break;
      case abi_wmmx_args:
        if (in(tag) != out(tag))
          merge_.fail(fmt::format("error: {} uses iWMMXt register arguments, {} does not",
                                  merge_.in_name, merge_.out_name));
        break;
      case abi_fp_16bit_format:
        if (in(tag) != 0 && out(tag) != 0 && in(tag) != out(tag))
          merge_.fail(fmt::format("error: fp16 format mismatch between {} and {}", merge_.in_name,
                                  merge_.out_name));
        if (in(tag) != 0) out(tag) = in(tag);
        break;
      case div_use:
        merge_divide();
        break;
      case mp_extension_use_legacy:
        merge_legacy_mp();
        break;
      case conformance:
        if (!in_[tag].text || in_[tag].text != out_[tag].text) out_[tag].text.reset();
        break;
      default:
        merge_unknown(merge_, tag, is_mandatory);
    }
  }

  /// 1 asks for more than 2, and what is not defined yet for more than both.
  static std::uint32_t strictness(std::uint32_t value) {
    return value == 1 ? 2 : value == 2 ? 1 : value;
  }

  bool merge_architecture() {
    if (out(cpu_arch) > v9 || in(cpu_arch) > v9) {
      merge_.fail(fmt::format("error: {}: unknown CPU architecture", merge_.in_name));
      return false;
    }
    int second = second_architecture(out_);
    int old_value = static_cast<int>(out(cpu_arch));
    int new_value = static_cast<int>(in(cpu_arch));
    if (is_either(old_value, second)) old_value = v4t_plus_v6_m;
    if (is_either(new_value, second_architecture(in_))) new_value = v4t_plus_v6_m;
    int united =
        united_architecture(std::min(old_value, new_value), std::max(old_value, new_value));
    if (united == incompatible) {
      merge_.fail(fmt::format("error: {}: conflicting CPU architectures {}/{}", merge_.in_name,
                              old_value, new_value));
      return false;
    }
    if (std::max(old_value, new_value) > v6kz) second = united == v4t_plus_v6_m ? int{v6_m} : -1;
    if (united == v4t_plus_v6_m) united = v4t;
    name_architecture(static_cast<std::uint32_t>(united));
    if (second == -1)
      out_[also_compatible_with].text.reset();
    else
      out_[also_compatible_with].text = {static_cast<char>(cpu_arch), static_cast<char>(second)};
    return true;
  }

  void name_architecture(std::uint32_t united) {
    const std::uint32_t before = out(cpu_arch);
    out(cpu_arch) = united;
    if (united != before)
      for (const Tag tag : {cpu_name, cpu_raw_name}) {
        out_[tag].text.reset();
        if (united == in(cpu_arch)) out_[tag].text = in_[tag].text;
      }
    if (!out_[cpu_name].text) out_[cpu_name].text = architecture_name(united);
  }

  void merge_virtualization() {
    const std::uint32_t mine = out(virtualization_use);
    const std::uint32_t theirs = in(virtualization_use);
    if (mine == 0)
      out(virtualization_use) = theirs;
    else if (theirs == 0 || theirs == mine)
      return;
    else if (theirs <= 3 && mine <= 3)
      out(virtualization_use) = 3;
    else
      merge_.fail(fmt::format("error: {}: unable to merge virtualization attributes with {}",
                              merge_.out_name, merge_.in_name));
  }

  /// 'S' is what 'A' and 'R' have in common; 0 goes with all.
  void merge_profile() {
    const std::uint32_t mine = out(cpu_arch_profile);
    const std::uint32_t theirs = in(cpu_arch_profile);
    const auto is_under = [](std::uint32_t one, std::uint32_t other) {
      return one == 0 || (one == 'S' && (other == 'A' || other == 'R'));
    };
    const auto shown = [](std::uint32_t profile) {
      return profile == 0 ? '0' : static_cast<char>(profile);
    };
    if (mine == theirs || (mine != 0 && is_under(theirs, mine))) return;
    if (is_under(mine, theirs))
      out(cpu_arch_profile) = theirs;
    else
      merge_.fail(fmt::format("error: {}: conflicting architecture profiles {}/{}", merge_.in_name,
                              shown(theirs), shown(mine)));
  }

  /// 1 where the output's architecture has no such instructions by itself.
  void merge_dsp() {
    constexpr std::uint32_t last_without = 3;
    if (in(cpu_arch) <= last_without ||
        (in(cpu_arch_profile) == 'M' && in(cpu_arch) != v7e_m && in(dsp_extension) == 0))
      return;
    const std::uint32_t profile = out(cpu_arch_profile);
    const bool is_included =
        out(cpu_arch) > last_without &&
        (profile == 'A' || profile == 'R' || profile == 'S' || out(cpu_arch) == v7e_m);
    out(dsp_extension) = is_included ? 0 : 1;
  }

  void merge_fp() {
    if (out(fp_arch) == 0) {
      out(fp_arch) = in(fp_arch);
      out(abi_hard_fp_use) = in(abi_hard_fp_use);
      return;
    }
    if (in(fp_arch) == 0) return;
    if (in(abi_hard_fp_use) != out(abi_hard_fp_use)) out(abi_hard_fp_use) = 0;
    struct Unit {
      unsigned version;
      unsigned registers;
    };
    constexpr Unit units[] = {{0, 0},  {1, 16}, {2, 16}, {3, 32}, {3, 16},
                              {4, 32}, {4, 16}, {8, 32}, {8, 16}};
    if (in(fp_arch) >= std::size(units) || out(fp_arch) >= std::size(units)) {
      if (in(fp_arch) > out(fp_arch)) out_[fp_arch] = in_[fp_arch];
      return;
    }
    const Unit& one = units[in(fp_arch)];
    const Unit& other = units[out(fp_arch)];
    const unsigned version = std::max(one.version, other.version);
    const unsigned registers = std::max(one.registers, other.registers);
    std::uint32_t value = std::size(units) - 1;
    while (value > 0 && (units[value].version != version || units[value].registers != registers))
      --value;
    out(fp_arch) = value;
  }

  /// What register 9 is for.
  void merge_static_base(std::uint32_t tag) {
    constexpr std::uint32_t is_static_base = 1;
    constexpr std::uint32_t unused = 3;
    constexpr std::uint32_t relative_to_static_base = 2;
    if (tag == abi_pcs_r9_use) {
      if (in(tag) != out(tag) && out(tag) != unused && in(tag) != unused)
        merge_.fail(fmt::format("error: {}: conflicting use of R9", merge_.in_name));
      if (out(tag) == unused) out(tag) = in(tag);
      return;
    }
    const std::uint32_t use = out(abi_pcs_r9_use);
    if (in(tag) == relative_to_static_base && use != is_static_base && use != unused)
      merge_.fail(fmt::format("error: {}: SB relative addressing conflicts with use of R9",
                              merge_.in_name));
    out(tag) = std::min(out(tag), in(tag));
  }

  void merge_wide_characters() {
    const std::uint32_t mine = out(abi_pcs_wchar_t);
    const std::uint32_t theirs = in(abi_pcs_wchar_t);
    if (mine != 0 && theirs != 0 && mine != theirs && merge_.arm.compares_wchar_sizes)
      merge_.warn(
          fmt::format("warning: {} uses {}-byte wchar_t yet the output is to use {}-byte "
                      "wchar_t; use of wchar_t values across objects may fail",
                      merge_.in_name, theirs, mine));
    else if (mine == 0)
      out(abi_pcs_wchar_t) = theirs;
  }

  void merge_enumerations() {
    constexpr std::uint32_t unused = 0;
    constexpr std::uint32_t forced_wide = 3;
    constexpr std::string_view names[] = {"", "variable-size", "32-bit", ""};
    const auto name = [&](std::uint32_t value) {
      return value < std::size(names) ? names[value] : "<unknown>";
    };
    const std::uint32_t mine = out(abi_enum_size);
    const std::uint32_t theirs = in(abi_enum_size);
    if (theirs == unused) return;
    if (mine == unused || mine == forced_wide)
      out(abi_enum_size) = theirs;
    else if (theirs != forced_wide && mine != theirs && merge_.arm.compares_enum_sizes)
      merge_.warn(
          fmt::format("warning: {} uses {} enums yet the output is to use {} enums; use "
                      "of enum values across objects may fail",
                      merge_.in_name, name(theirs), name(mine)));
  }

  void merge_divide() {
    const std::uint32_t theirs = in(div_use);
    const bool is_forbidden = out(div_use) == 1;
    if (theirs == out(div_use)) return;
    if (theirs == 1 && !allows_divide(out_))
      out(div_use) = 1;
    else if ((is_forbidden && allows_divide(in_)) || theirs == 2)
      out(div_use) = theirs;
  }

  void merge_legacy_mp() {
    const std::uint32_t legacy = in(mp_extension_use_legacy);
    const std::uint32_t current = in(mp_extension_use);
    if (legacy != 0 && current != 0 && legacy != current)
      merge_.fail(fmt::format("{} has both the current and legacy Tag_MPextension_use attributes",
                              merge_.in_name));
    if (legacy > out(mp_extension_use)) out_[mp_extension_use] = in_[mp_extension_use_legacy];
  }

  AttributeMerge& merge_;
  VendorAttributes& out_;
  const VendorAttributes& in_;
};

}  // namespace

void adopt_arm_attributes(AttributeMerge& merge) {
  VendorAttributes& out = merge.out.processor;
  Attribute& legacy = out[mp_extension_use_legacy];
  if (legacy.number != 0) {
    if (out[mp_extension_use].number != 0 && out[mp_extension_use].number != legacy.number)
      merge.fail(
          fmt::format("Error: {} has both the current and legacy Tag_MPextension_use attributes",
                      merge.in_name));
    out[mp_extension_use] = legacy;
    legacy = {};
  }
  constexpr std::uint32_t deprecated = 3;
  if (out[abi_hard_fp_use].number == deprecated && out[fp_arch].number == 0)
    out[abi_hard_fp_use].number = 0;
}

void merge_arm_attributes(AttributeMerge& merge) {
  ArmMerge(merge).run();
}

}  // namespace kbx::link
