#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/arch/arm_marks.h"
#include "kbx/link/arch/arm_stub.h"

namespace kbx::link {

/// What a relocation says of a branch that starts two bytes before the end of a page.
struct A8Branch {
  std::uint32_t type = 0;
  std::uint64_t target = 0;  // without the bit that says Thumb
  ArmCode to = ArmCode::unknown;
  bool is_plt = false;
  bool has_veneer = false;  // it goes elsewhere anyway
};
/// By the addresses of branches.
using A8Branches = std::unordered_map<std::uint64_t, A8Branch>;

/// A branch that has to go by a veneer.
struct A8Fix {
  std::uint64_t offset = 0;  // in its section
  std::int64_t target = 0;   // counted from the start of the section
  ArmStub stub = ArmStub::none;
  std::uint32_t condition = 0;
  bool to_thumb = true;

  bool operator==(const A8Fix& other) const { return offset == other.offset; }
};

/// True where a branch may need one.
constexpr bool is_a8_place(std::uint64_t address) {
  return (address & 0xfff) == 0xffe;
}

/// The branches of a section of code at `address` that the erratum concerns, in their order.
std::vector<A8Fix> find_a8_fixes(std::string_view content, const std::vector<ArmSpan>& spans,
                                 std::uint64_t address, const A8Branches& branches,
                                 const ArmTarget& target);

/// Writes the branch to the veneer in the place of that of `fix`; both have their addresses. False
/// if the veneer is too far, or in the page of the branch.
bool write_a8_branch(const ArmBytes& bytes, const A8Fix& fix, std::uint64_t from, std::uint64_t to,
                     char* place);

}  // namespace kbx::link
