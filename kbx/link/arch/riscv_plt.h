#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

template <bool is_64bit>
void write_riscv_plt_header(const PltPlace& place);
template <bool is_64bit>
void write_riscv_plt_entry(const PltPlace& place);

}  // namespace kbx::link
