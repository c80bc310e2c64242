#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link {

/// How a link knows a name.
enum class NameState : std::uint8_t { unknown, referred_to, defined };

/// Functions that save and restore registers.
struct SaveCode {
  struct Function {
    std::string name;
    std::uint64_t offset = 0;  // in `code`
  };
  std::string code;
  std::vector<Function> functions;  // in the order of their code
};

/// The functions for PowerPC64 that a link refers to and does not have, and those that their code
/// goes on into. `state_of` tells of a name.
SaveCode ppc64_save_code(bool is_big_endian,
                         const std::function<NameState(std::string_view)>& state_of);

}  // namespace kbx::link
