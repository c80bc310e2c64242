#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/probe_cache.h"
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

/// A compiler that is taken where the tree's own is not here.
struct StandIn {
  std::string wanted;   // "riscv64-linux-gnu-gcc-14"
  std::string command;  // "riscv64-linux-gnu-gcc"
};

/// What to give make as CC with the toolchain `prefix` of cross_prefix(), for a tree whose own gcc
/// is not in PATH under the name that the tree has for it: the toolchain's gcc of no version, else
/// its newest. Nothing if the tree's own is there, or is clang. Runs nothing.
std::optional<StandIn> stand_in_compiler(const Tree& tree, const std::string& prefix,
                                         const Environment& environment);

/// A line that tells both compilers with their versions and where to have the tree's own. Throws
/// Error with the same if the stand-in does not know a flag that the configuration forces on it.
/// Asks the stand-in; its version is kept in `cache`.
std::string stand_in_note(const StandIn& compiler, const Tree& tree, ProbeCache& cache,
                          const Environment& environment);

/// The triplet in front of the name of a gcc or clang, as in x86_64-linux-gnu-gcc-12:
/// "x86_64-linux-gnu-", or "".
std::string compiler_triplet(const std::string& name);

/// The Debian package of a compiler: gcc-12 for a native one whatever it is called, else
/// gcc-12-aarch64-linux-gnu.
std::string compiler_package(const std::string& name, bool native);

/// True if one of the variables, "NAME=value", or the environment chooses a toolchain as kbuild
/// understands it: CC or LLVM on the command line, CROSS_COMPILE or LLVM in the environment too.
bool names_toolchain(const std::vector<std::string>& variables, const Environment& environment);

}  // namespace kbx::kernel
