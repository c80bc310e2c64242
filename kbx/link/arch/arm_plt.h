#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

template <bool is_big_endian>
void write_arm_plt_header(const PltPlace& place);
template <bool is_big_endian>
void write_arm_plt_entry(const PltPlace& place);

}  // namespace kbx::link
