#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace kbx::link {

/// What a file is made for.
struct MachineFormat {
  std::uint16_t machine = 0;  // EM_*
  bool is_64bit = true;
  bool is_big_endian = false;

  bool operator==(const MachineFormat&) const = default;
};

/// What GNU ld's -m NAME stands for; nothing if this linker does not know it.
std::optional<MachineFormat> emulation(std::string_view name);

/// The format of what this program was compiled for.
MachineFormat native_format();

}  // namespace kbx::link
