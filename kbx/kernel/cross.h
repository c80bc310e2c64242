#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/tree.h"

/// Compilers for kernels of other architectures than this machine's.
namespace kbx::kernel {

/// The triplets of toolchains that make code for a tree, Debian's first; empty if the architecture
/// is this machine's or not known.
std::vector<std::string> cross_triplets(const Tree& tree);

/// What to give make as CROSS_COMPILE for a tree ("aarch64-linux-gnu-"): the first of its triplets
/// whose gcc, of any version, is in PATH. Nothing if none is, or none is needed.
std::optional<std::string> cross_prefix(const Tree& tree, const Environment& environment);

/// The Debian package with a cross compiler for a tree; "" if none is needed or known.
std::string cross_package(const Tree& tree);

/// True if one of the variables, "NAME=value", or the environment chooses a toolchain as kbuild
/// understands it: CC or LLVM on the command line, CROSS_COMPILE or LLVM in the environment too.
bool names_toolchain(const std::vector<std::string>& variables, const Environment& environment);

}  // namespace kbx::kernel
