#pragma once
#include <string>
#include <vector>

#include "kbx/link/arch/machine.h"
#include "kbx/link/options.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

/// What a final link does if no script with SECTIONS was given: the places, symbols and addresses
/// of GNU ld 2.40's default layout for this kind of output (executable, pie, shared; -n, -N, -z
/// separate-code, -z combreloc) and machine. In a dynamic link the names that the linker's own
/// sections have stand where GNU ld has them.
script::Sections default_order(const Options& options, const Machine& machine);

/// The same with what stands around it: ENTRY and the folders of -l (a `=` at the start stands for
/// the sysroot, as in a script).
script::Script default_script(const Options& options, const Machine& machine);

/// The folders of -l alone, in their order, each with `=` at its start.
std::vector<std::string> default_folders(const Machine& machine);

}  // namespace kbx::link
