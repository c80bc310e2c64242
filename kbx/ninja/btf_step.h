#pragma once
#include <optional>
#include <string_view>

#include "kbx/kbuild/plan.h"
#include "kbx/kernel/tree.h"

namespace kbx::ninja {

/// Where BTF of modules cannot be made on this machine, takes it out of the plan: a line that says
/// why is printed for each module instead. That is so if the tree's resolve_btfids is a program for
/// another machine or a newer C library, or pahole does not know an option that the tree passes.
/// Nothing is done about a pahole that is missing or fails: it can be mended, and kbuild fails too.
/// Reads a program of the tree and may run pahole.
void leave_out_btf(kbuild::Plan& plan, const kernel::Tree& tree, const Environment& environment);

/// What a command prints for a module that gets no BTF.
struct BtfNotice {
  std::string_view module;  // path, as the command has it
  std::string_view reason;  // what follows "since"
};

/// A line of kbuild or of leave_out_btf() that says that BTF is left out. The result refers to
/// `line`, or to constants.
std::optional<BtfNotice> read_btf_notice(std::string_view line);

}  // namespace kbx::ninja
