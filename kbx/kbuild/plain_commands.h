#pragma once
#include <optional>

#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// Does what a $(shell) command says without a process, if it is `mkdir -p FOLDERS` or `cat FILE`
/// with plain names: kbuild's own Makefiles say that for every folder and every list of modules.
/// Nothing for any other command, and for a file that cannot be read, so that the message is the
/// real program's.
std::optional<makelang::ShellResult> run_without_process(const makelang::ShellCall& call);

}  // namespace kbx::kbuild
