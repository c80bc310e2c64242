#pragma once
#include <cstdint>
#include <vector>

#include "kbx/link/arch/machine.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// The machine with the kind of PLTs that the options ask for, or that all files are made for:
/// `machine` itself if that is the usual one. Properties have to be merged.
const Machine& with_chosen_plt(const Machine& machine, const LinkState& state);

/// The tags by which .dynamic tells what AArch64's .plt is and asks of the dynamic linker, provided
/// that there is one. Which functions have entries has to be known.
std::vector<std::int64_t> plt_tags(const LinkState& state);

}  // namespace kbx::link
