#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kbx/link/script/data_segment.h"
#include "kbx/link/script/script.h"

namespace kbx::link::script {

/// What a value is relative to: an output section, by the number from 0 that layout gave it, or one
/// of the two below.
using Base = int;
/// Nothing: a number, which takes the base of what it meets.
inline constexpr Base plain_number = -2;
/// Address 0.
inline constexpr Base absolute = -1;

struct Value {
  std::uint64_t number = 0;
  Base base = plain_number;

  bool operator==(const Value&) const = default;
};

/// How far the link is; the order counts. GNU ld evaluates every expression once in each.
enum class Phase {
  first,       // while the script is read: no section is known
  mark,        // to see which sections are needed; what is unknown or divided by zero is let pass
  allocating,  // addresses are given, dot moves
  assigning,   // addresses stay, symbols get their values
  final,       // what is unknown now is an error
};

struct SymbolState {
  enum class Kind {
    undefined,
    common,
    defined,
    discarded,  // its section goes into no output section
  };
  Kind kind = Kind::undefined;
  Value value;  // absolute, or relative to an output section
  /// The script gave it this value, in this pass over the script.
  bool set_in_this_pass = false;
};

struct SectionState {
  Base base = absolute;
  /// It has input, or is kept for another reason; SIZEOF and ALIGNOF of others are 0.
  bool exists = true;
  /// Nothing until this pass over the script has come to it.
  std::optional<std::uint64_t> load_address;
  bool has_address = false;  // the same for its address
  std::uint64_t size = 0;    // until then that of the last pass
  std::uint64_t alignment = 1;
  bool has_load_expression = false;  // the script has AT(…) for it
};

struct RegionState {
  std::uint64_t origin = 0;
  std::uint64_t length = 0;
};

/// What the expressions of a script see. Every function may be missing; it is called only for what
/// is asked.
struct Environment {
  Phase phase = Phase::final;
  std::uint64_t dot = 0;    // as an address, inside an output section too
  Base section = absolute;  // the output section around the expression
  /// LD_FEATURE("SANE_EXPR"): numbers stay numbers outside of output sections too.
  bool sane_expressions = false;
  std::uint64_t max_page_size = 0x1000;
  std::uint64_t common_page_size = 0x1000;

  std::function<SymbolState(const std::string& name)> symbol;
  /// DEFINED(name): it has a definition in an object, or the script came to one in this pass.
  std::function<bool(const std::string& name)> is_defined;
  /// Nothing if the script and the link have no such output section.
  std::function<std::optional<SectionState>(const std::string& name)> find_section;
  std::function<std::uint64_t(Base section)> address_of;
  std::function<std::optional<RegionState>(const std::string& name)> region;
  std::function<std::uint64_t()> size_of_headers;
  /// The address that the command line gave a segment: -Ttext-segment and the like.
  std::function<std::optional<std::uint64_t>(const std::string& name)> segment_start;
  /// Called for an ASSERT that fails in the final phase; without it that is an Error.
  std::function<void(const Place& place, const std::string& message)> assertion_failed;
  /// Where DATA_SEGMENT_ALIGN and its relatives note what they saw; without it they are unresolved.
  DataSegment* data_segment = nullptr;
};

struct Result {
  /// Nothing if a name in it has no value yet: layout has to come again.
  std::optional<Value> value;
  /// The first name that had no value.
  std::string unresolved;
  /// It came from dot, ORIGIN or SEGMENT_START, and was not made absolute since. A symbol that is
  /// absolute all the same belongs to an output section when all is done: to the one around the
  /// assignment; else to the one before it, or if dot was assigned since that (or there is none) to
  /// the one behind it.
  bool from_dot = false;
  /// The one symbol it mentions, whose type an assignment hands on; "" if none or several.
  std::string only_symbol;
};

/// The value of `expression` by GNU ld 2.40's rules (ld's manual, "Expression Section"). Throws
/// Error for a division by zero, for an unknown region or constant, and in the final phase for an
/// undefined symbol or section.
Result evaluate(const Expression& expression, const Environment& environment);

/// `value` as an address; a plain number is its own.
std::uint64_t address_of(const Value& value, const Environment& environment);

/// What stands behind the = of an assignment, `+=` and its relatives written out.
Expression assigned_value(const Assignment& assignment);

/// What `assignment` gives its symbol, which is not dot. A value is never a plain number here: in
/// an output section it is relative to that, else absolute. Nothing if it is unresolved, or if it
/// is made from the symbol's own value, which GNU ld lets only the final phase do unless that value
/// is absolute and the script's own. GNU ld gives 0 to a symbol that is unresolved and had no
/// value.
Result evaluate_assignment(const Assignment& assignment, const Environment& environment);

/// Where an assignment to dot moves it: an address. A plain number counts from the start of the
/// output section around it. Nothing if it is unresolved in the phases up to mark. Throws Error if
/// it is unresolved later, or moves dot back inside an output section.
std::optional<std::uint64_t> evaluate_dot(const Assignment& assignment,
                                          const Environment& environment);

/// True if an assignment to dot keeps an output section that has no input: all do but `. = 0`,
/// `. = . + 0` (or + a script's symbol that is 0) and `. = ALIGN(. != 0 ? x : 1)`.
bool keeps_section(const Assignment& assignment, const Environment& environment);

/// Checks an ASSERT; only the final phase lets it fail.
void check(const Assertion& assertion, const Environment& environment);

/// What fills gaps, over and over from the start of the gap: the digits of a hexadecimal literal as
/// they are written (0x90 is one byte, 0x0090 two), else the four bytes of the value, the highest
/// first. Throws Error if the value is no constant.
std::vector<std::uint8_t> fill_bytes(const Expression& expression, const Environment& environment);

}  // namespace kbx::link::script
