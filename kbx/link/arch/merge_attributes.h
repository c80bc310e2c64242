#pragma once
#include <functional>
#include <string>

#include "kbx/link/arch/attribute_list.h"
#include "kbx/link/arm_options.h"

namespace kbx::link {

/// Two files whose attributes are merged: what is in the output so far and one more. A conflict is
/// told with `fail`, after which the link cannot succeed; `warn` only tells.
struct AttributeMerge {
  BuildAttributes& out;
  const BuildAttributes& in;
  const std::string& out_name;
  const std::string& in_name;
  const ArmOptions& arm;
  std::function<void(const std::string&)> warn;
  std::function<void(const std::string&)> fail;
};

/// After the first file: what the output takes over from it in another way. ARM.
void adopt_arm_attributes(AttributeMerge& merge);

void merge_arm_attributes(AttributeMerge& merge);
void merge_riscv_attributes(AttributeMerge& merge);
void merge_mips_attributes(AttributeMerge& merge);
void merge_powerpc_attributes(AttributeMerge& merge);
void merge_s390_attributes(AttributeMerge& merge);

/// Tag_compatibility, which all vendors have.
void merge_compatibility(AttributeMerge& merge);

/// An attribute that the machine does not know stays if both files have the same.
/// `is_mandatory(tag)`: one that must be known.
void merge_unknown(AttributeMerge& merge, std::uint32_t tag,
                   const std::function<bool(std::uint32_t)>& is_mandatory);
void merge_unknown_others(AttributeMerge& merge,
                          const std::function<bool(std::uint32_t)>& is_mandatory);

}  // namespace kbx::link
