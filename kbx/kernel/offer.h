#pragma once
#include <string>
#include <vector>

#include "kbx/kernel/config.h"
#include "kbx/kernel/tree.h"
#include "kbx/symbols/kernel_symbols.h"

namespace kbx::kernel {

/// What the kernel of a header tree offers to modules: Module.symvers, the vermagic that its
/// headers make, its machine, and what its configuration says about loading. A tree without
/// Module.symvers offers no symbols. With `wanted`, `exports` has only what is asked for. If
/// `cache` is the folder of indexes (symbols/symvers_index.h), what it knows is not read again.
symbols::KernelSymbols symbols_of_tree(const Tree& tree, const symbols::SymbolChoice& wanted = {},
                                       const std::string& cache = {});

/// The same of whatever names a kernel; what several words tell is put together:
///   Module.symvers*      a bare list of exported symbols, with CRCs
///   vmlinuz*, vmlinux*   a kernel's image: its exports, with CRCs; config-* beside it is read
///   System.map*          what the kernel's image exports, without CRCs; config-* beside it is read
///   config-*             a kernel's configuration
///   a folder with one vmlinuz* or System.map*, as /boot
///   *.xml                what libabigail's abidw wrote
///   lib/modules/RELEASE  installed modules: what they export, and the CRCs that they were built
///                        with of what they use
///   anything else        what find_tree makes of it: a release, a header tree, packages
/// With `wanted`, a Module.symvers is kept, and looked through for contradictions, only as far as
/// it is asked for: all of one of 100 MB would take several times that much memory. Throws Error if
/// a word names nothing, or a file that is damaged.
symbols::KernelSymbols symbols_of(const std::vector<std::string>& words,
                                  const Environment& environment,
                                  const symbols::SymbolChoice& wanted = {});

/// The machine that a configuration builds for; `arch` is SRCARCH. Nothing if kbx does not know it.
std::optional<symbols::Machine> machine_of(const std::string& arch, const ConfigText& config);

/// What a configuration says about loading modules.
symbols::LoaderOptions loader_options_of(const ConfigText& config);

}  // namespace kbx::kernel
