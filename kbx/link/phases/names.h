#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kbx/link/phases/state.h"

namespace kbx::link {

/// Wants what -u, -e, --require-defined and EXTERN name, so that archives are searched for it.
void require_symbols(LinkState& state);

/// Throws Error if a symbol of --require-defined is not defined.
void check_required(LinkState& state);

/// The entry symbol's name: -e, or ENTRY of a script; "" if neither is there.
std::string entry_name(const LinkState& state);

/// The names that --gc-sections starts from.
std::vector<std::string> roots(const LinkState& state);

/// The address where the program starts: -e or ENTRY, a symbol or a number; in a final link
/// otherwise the start of .text. 0 if there is none; if one was asked for, with a warning.
/// Addresses must be final.
std::uint64_t entry_address(LinkState& state);

}  // namespace kbx::link
