#include <fmt/format.h>

#include "kbx/link/arch/merge_attributes.h"

/// GNU's attributes (.gnu.attributes) that say which floating point and vector ABI a file uses, and
/// what is common to all machines; after GNU ld 2.40. The machines' files of GNU as document them
/// ("GNU Object Attributes" of its manual).
namespace kbx::link {
namespace {

constexpr std::uint32_t tag_compatibility = 32;

/// Of what differs, the file that came first is kept: its value is 0, or the two can run together.
struct MipsFloat {
  enum Value : std::uint32_t { any, hard, single, soft, old_64, xx, fp_64, fp_64a };

  static bool includes(std::uint32_t narrow, std::uint32_t wide) {
    if (narrow == xx) return wide == hard || wide == fp_64 || wide == fp_64a;
    return narrow == fp_64a && wide == fp_64;
  }

  static std::string text(std::uint32_t value) {
    constexpr std::string_view names[] = {"",
                                          "-mdouble-float",
                                          "-msingle-float",
                                          "-msoft-float",
                                          "-mips32r2 -mfp64 (12 callee-saved)",
                                          "-mfpxx",
                                          "-mgp32 -mfp64",
                                          "-mgp32 -mfp64 -mno-odd-spreg"};
    if (value != any && value < std::size(names)) return std::string(names[value]);
    return fmt::format("unknown floating point ABI {}", value);
  }
};

void check_compatibility(AttributeMerge& merge, const Attribute& in, const Attribute& out) {
  const std::string theirs = in.text.value_or("");
  const std::string mine = out.text.value_or("");
  if (in.number > 0 && theirs != "gnu")
    merge.fail(fmt::format(
        "error: {}: object has vendor-specific contents that must be processed by the '{}' "
        "toolchain",
        merge.in_name, theirs));
  else if (in.number != out.number || (in.number != 0 && theirs != mine))
    merge.fail(fmt::format("error: {}: object tag '{}, {}' is incompatible with tag '{}, {}'",
                           merge.in_name, in.number, theirs, out.number, mine));
}

void tell_unknown(AttributeMerge& merge, const std::string& name, std::uint32_t tag,
                  const std::function<bool(std::uint32_t)>& is_mandatory) {
  if (is_mandatory(tag))
    merge.fail(fmt::format("{}: unknown mandatory EABI object attribute {}", name, tag));
  else
    merge.warn(fmt::format("warning: {}: unknown EABI object attribute {}", name, tag));
}

}  // namespace

void merge_compatibility(AttributeMerge& merge) {
  check_compatibility(merge, merge.in.processor[tag_compatibility],
                      merge.out.processor[tag_compatibility]);
  check_compatibility(merge, merge.in.gnu[tag_compatibility], merge.out.gnu[tag_compatibility]);
}

void merge_unknown(AttributeMerge& merge, std::uint32_t tag,
                   const std::function<bool(std::uint32_t)>& is_mandatory) {
  Attribute& out = merge.out.processor[tag];
  const Attribute& in = merge.in.processor[tag];
  if (out.is_set() || in.is_set())
    tell_unknown(merge, out.is_set() ? merge.out_name : merge.in_name, tag, is_mandatory);
  if (in == out) return;
  out.number = 0;
  out.text.reset();
}

void merge_unknown_others(AttributeMerge& merge,
                          const std::function<bool(std::uint32_t)>& is_mandatory) {
  auto& out = merge.out.processor.others;
  const auto& in = merge.in.processor.others;
  auto mine = out.begin();
  auto theirs = in.begin();
  while (mine != out.end() || theirs != in.end()) {
    const bool is_only_mine =
        mine != out.end() && (theirs == in.end() || theirs->first > mine->first);
    const bool is_only_theirs = !is_only_mine && (mine == out.end() || theirs->first < mine->first);
    const std::uint32_t tag = is_only_theirs ? theirs->first : mine->first;
    tell_unknown(merge, is_only_theirs ? merge.in_name : merge.out_name, tag, is_mandatory);
    if (is_only_theirs) {
      ++theirs;
    } else if (is_only_mine || !(mine->second == theirs->second)) {
      mine = out.erase(mine);
    } else {
      ++mine;
      ++theirs;
    }
  }
}

void merge_mips_attributes(AttributeMerge& merge) {
  constexpr std::uint32_t floating_point = 4;
  constexpr std::uint32_t vectors = 8;
  const std::uint32_t in = merge.in.gnu[floating_point].number;
  Attribute& out = merge.out.gnu[floating_point];
  if (in != out.number) {
    out.form = attribute_number;
    if (out.number == MipsFloat::any || MipsFloat::includes(out.number, in))
      out.number = in;
    else if (in != MipsFloat::any && !MipsFloat::includes(in, out.number))
      merge.warn(fmt::format("warning: {} uses {}, {} uses {}", merge.out_name,
                             MipsFloat::text(out.number), merge.in_name, MipsFloat::text(in)));
  }
  const std::uint32_t in_vectors = merge.in.gnu[vectors].number;
  Attribute& out_vectors = merge.out.gnu[vectors];
  if (in_vectors != out_vectors.number) {
    out_vectors.form = attribute_number;
    if (out_vectors.number == 0)
      out_vectors.number = in_vectors;
    else if (in_vectors != 0)
      merge.warn(fmt::format("warning: {} uses MSA ABI {}, {} uses MSA ABI {}", merge.out_name,
                             out_vectors.number, merge.in_name, in_vectors));
  }
  merge_compatibility(merge);
}

void merge_powerpc_attributes(AttributeMerge& merge) {
  constexpr std::uint32_t floating_point = 4;
  // Which floats (hard, soft, hard single) and which long double (IBM, 64 bits, IEEE).
  constexpr std::uint32_t fields[] = {0x3, 0xc};
  const std::uint32_t in = merge.in.gnu[floating_point].number;
  Attribute& out = merge.out.gnu[floating_point];
  for (const std::uint32_t field : fields) {
    const std::uint32_t theirs = in & field;
    const std::uint32_t mine = out.number & field;
    if (theirs == 0 || theirs == mine) continue;
    if (mine == 0) {
      out.form = attribute_number;
      out.number |= theirs;
    } else {
      merge.fail(fmt::format("{} uses another {} than the files before it", merge.in_name,
                             field == fields[0] ? "floating point ABI" : "long double"));
    }
  }
  merge_compatibility(merge);
}

void merge_s390_attributes(AttributeMerge& merge) {
  constexpr std::uint32_t vectors = 8;
  constexpr std::string_view names[] = {"none", "software", "hardware"};
  const std::uint32_t in = merge.in.gnu[vectors].number;
  Attribute& out = merge.out.gnu[vectors];
  if (in >= std::size(names) || out.number >= std::size(names)) {
    const bool is_in = in >= std::size(names);
    merge.warn(fmt::format("warning: {} uses unknown vector ABI {}",
                           is_in ? merge.in_name : merge.out_name, is_in ? in : out.number));
  } else if (in != out.number) {
    out.form = attribute_number;
    if (in != 0 && out.number != 0)
      merge.warn(fmt::format("warning: {} uses vector {} ABI, {} uses {} ABI", merge.in_name,
                             names[in], merge.out_name, names[out.number]));
    out.number = std::max(out.number, in);
  }
  AttributeMerge lenient{merge.out, merge.in,   merge.out_name, merge.in_name,
                         merge.arm, merge.warn, merge.warn};
  merge_compatibility(lenient);
}

}  // namespace kbx::link
