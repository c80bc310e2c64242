#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

void write_aarch64_plt_header(const PltPlace& place);
void write_aarch64_plt_entry(const PltPlace& place);

}  // namespace kbx::link
