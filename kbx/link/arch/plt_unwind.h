#pragma once
#include <cstdint>
#include <string>

#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// Where in that .eh_frame the FDE has its entry's distance to the PLT.
constexpr std::uint64_t plt_unwind_place = 32;

/// The .eh_frame of a .plt of `size` bytes: a CIE and one FDE, the start of which is left 0.
std::string lazy_plt_unwind(const PltUnwind& unwind, std::uint64_t size);

/// The same of .plt.got or .plt.sec, the entries of which push nothing.
std::string direct_plt_unwind(const PltUnwind& unwind, std::uint64_t size);

}  // namespace kbx::link
