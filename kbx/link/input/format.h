#pragma once
#include <cstdint>

namespace kbx::link {

/// What a file is made for.
struct MachineFormat {
  std::uint16_t machine = 0;  // EM_*
  bool is_64bit = true;
  bool is_big_endian = false;

  bool operator==(const MachineFormat&) const = default;
};

}  // namespace kbx::link
