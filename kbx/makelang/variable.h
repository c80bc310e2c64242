#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/makelang/source.h"

namespace kbx::makelang {

/// GNU make manual, "The origin Function". The order is the order of strength: a definition of a
/// weaker origin does not replace a stronger one.
enum class Origin : std::uint8_t {
  default_,              // built in
  environment,           // from the environment
  file,                  // from a makefile
  environment_override,  // from the environment, with -e
  command_line,
  override_,  // with the override directive
  automatic,  // $@ and kin; also arguments of $(call) and the variables of $(foreach)
};
enum class Flavor : std::uint8_t { recursive, simple };
/// Whether a variable goes into the environment of recipes (manual, "Communicating Variables to a
/// Sub-make").
enum class Export : std::uint8_t { by_default, yes, no };

/// value[begin, end) of a variable was written at `where`; `begin` is the end of the piece before.
struct Piece {
  std::uint32_t end = 0;
  SourceRef where;
};

struct Variable {
  std::string value;  // as written for recursive variables, expanded for simple ones
  Flavor flavor = Flavor::recursive;
  Origin origin = Origin::file;
  Export exported = Export::by_default;
  bool is_private = false;
  bool is_append = false;  // target-specific +=, joined with the outer value when it is looked up
  bool is_conditional = false;           // target-specific ?=
  bool is_command = false;               // pattern-specific !=, run for each target that matches
  mutable bool expanding = false;        // guards against self reference
  mutable std::uint16_t calls_left = 0;  // self references that a running $(call) still permits
  /// What has taken this one's place and name while it was being expanded, and counts as being
  /// expanded as long as it does.
  Variable* replacement = nullptr;
  /// Where each part of the value comes from, for `kbx why`. Empty for what most are: a value that
  /// comes from `where` as a whole (see pieces_of).
  std::vector<Piece> pieces;
  SourceRef where;  // last definition
};

/// The pieces of a variable's value; none if it is empty.
inline std::vector<Piece> pieces_of(const Variable& variable) {
  if (!variable.pieces.empty() || variable.value.empty()) return variable.pieces;
  return {{static_cast<std::uint32_t>(variable.value.size()), variable.where}};
}

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
/// The status of the last $(shell) that was expanded where a set of variables was the innermost.
constexpr std::string_view shell_status_name = ".SHELLSTATUS";

using VariableTable = std::unordered_map<std::string, Variable, StringHash, std::equal_to<>>;

/// One set of variables in the chain that make searches from the inside out: automatic,
/// target-specific, those of the targets that asked for this one, and at its end the global set of
/// the Evaluation.
struct Scope {
  VariableTable table;
  const Scope* outer = nullptr;       // null: the global set comes next
  std::shared_ptr<const Scope> kept;  // the owner of `outer`, if nobody else is
  /// .SHELLSTATUS of the last $(shell) that was expanded in here.
  mutable std::optional<Variable> shell_status;
  /// Private variables of `outer` are not seen from here; also set in the scope of a target that
  /// hangs directly on the global set.
  bool outer_is_other_target = false;
  bool is_automatic = false;  // $@ and kin, which belong to the set of the target, `outer`
};

}  // namespace kbx::makelang
