#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// Gives an expression of the script its value; `dot` is the location counter, and `section` the
/// output section that the expression stands in, or null.
using Evaluate = std::function<std::uint64_t(const script::Expression& expression,
                                             std::uint64_t dot, OutputSection* section)>;

/// Where an assignment stands.
struct AssignmentPlace {
  std::uint64_t dot = 0;
  OutputSection* section = nullptr;  // around it
  OutputSection* behind = nullptr;   // outside of sections: the one that dot belongs to
};

/// Does what an assignment says. Gives the location counter as it is then.
using Assign = std::function<std::uint64_t(const script::Assignment& assignment,
                                           const AssignmentPlace& place)>;

/// Looks whether an assertion holds.
using Check = std::function<void(const script::Assertion& assertion, std::uint64_t dot,
                                 OutputSection* section)>;

/// What layout does with the script's expressions.
struct ScriptActions {
  Evaluate evaluate;
  Assign assign;
  Check check;
};

/// The bytes that an expression behind = or in FILL(…) repeats.
using Fill = std::function<std::string(const script::Expression& expression)>;

/// Gives every input section its offset and every output section its address and size. May be
/// called again when a size has changed.
void assign_addresses(Plan& plan, const ScriptActions& actions, bool is_relocatable);

/// Sorts the input of SHF_LINK_ORDER sections as what they belong to lies. True if something moved
/// (addresses must be assigned again). Throws Error if a section has input with and without order.
bool order_linked(Plan& plan, bool is_relocatable);

/// Makes the pieces of each output section with content, gaps included. Addresses are final.
void make_pieces(Plan& plan, const Fill& fill, bool is_big_endian);

}  // namespace kbx::link
