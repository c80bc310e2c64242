#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "kbx/link/layout/layout_rules.h"
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// Gives an expression of the script its value; `dot` is the location counter, and `section` the
/// output section that the expression stands in, or null. Nothing if it has none yet.
using Evaluate = std::function<std::optional<std::uint64_t>(
    const script::Expression& expression, std::uint64_t dot, OutputSection* section)>;

/// Where an assignment stands.
struct AssignmentPlace {
  std::uint64_t dot = 0;
  OutputSection* section = nullptr;  // around it
  OutputSection* behind = nullptr;   // outside of sections: the one that dot is said to belong to
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
  /// True if this assignment has given its symbol a value; PROVIDE may not have.
  std::function<bool(const script::Assignment& assignment)> has_assigned;
  /// True if an assignment to dot in a section keeps the section though it has no input; `moved` is
  /// what it moved dot to.
  std::function<bool(const script::Assignment& assignment, const AssignmentPlace& place,
                     std::uint64_t moved)>
      keeps_section;
};

/// The bytes that an expression behind = or in FILL(…) repeats.
using Fill = std::function<std::string(const script::Expression& expression)>;

/// What a pass over the places of a final link is for.
struct SizingPass {
  bool is_relocatable = false;
  bool is_marking = false;  // to see what is empty: what has no value yet is let pass
  bool is_first = false;    // the first after marking: says what concerns alignment
  bool checks_regions = false;
  LayoutFaults* faults = nullptr;
  const LayoutRules* rules = nullptr;
  /// Called with each input section right before it is placed, when its size may still change.
  std::function<void(InputSection& section)> before_placing;
};

/// Gives every input section its offset and every output section its addresses and size. May be
/// called again when a size has changed.
void assign_addresses(Plan& plan, const ScriptActions& actions, const SizingPass& pass);

/// The same for a partial link.
void assign_addresses(Plan& plan, const ScriptActions& actions, bool is_relocatable);

/// Gives the symbols and the data of a script their values once addresses are assigned, as GNU ld
/// does between passes and when all is done.
void assign_symbols(Plan& plan, const ScriptActions& actions);

/// Assigns symbols before anything is placed, when all files are open: what the script defines is
/// no common symbol any more, and PROVIDE has seen all references.
void assign_before_placing(Plan& plan, const ScriptActions& actions);

/// Sorts the input of SHF_LINK_ORDER sections as what they belong to lies. True if something moved
/// (addresses must be assigned again). Throws Error if a section of a partial link has input with
/// and without order.
bool order_linked(Plan& plan, bool is_relocatable);

/// True if the section takes room in the file.
bool has_content(const OutputSection& section);

/// The bytes that a data command takes.
std::uint64_t data_size(script::DataKind kind);

/// Makes the pieces of each output section with content, gaps included. Addresses are final.
void make_pieces(Plan& plan, const Fill& fill, bool is_big_endian);

}  // namespace kbx::link
