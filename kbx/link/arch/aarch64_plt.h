#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// A kind of PLT of AArch64.
struct Aarch64Plt {
  std::uint32_t entry_size = 16;
  void (*write_header)(const PltPlace& place) = nullptr;
  void (*write_entry)(const PltPlace& place) = nullptr;
  void (*write_descriptor_entry)(const PltPlace& place) = nullptr;
};

/// The PLT that is guarded like that.
Aarch64Plt aarch64_plt(const PltGuards& guards);

}  // namespace kbx::link
