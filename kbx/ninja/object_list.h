#pragma once
#include <optional>
#include <string>

#include "kbx/kbuild/plan.h"

namespace kbx::ninja {

/// What the command of `action` writes to NAME.mod, the list of a module's objects
/// (scripts/Makefile.build, cmd_mod); nothing for any other action, and where the list is more than
/// its words.
std::optional<std::string> object_list_text(const kbuild::Action& action);

}  // namespace kbx::ninja
