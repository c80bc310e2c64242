#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "kbx/link/arch/arm_instruction.h"
#include "kbx/link/arch/arm_marks.h"
#include "kbx/link/arm_options.h"

namespace kbx::link {

/// A load of several registers that has to be done in parts.
struct Stm32l4xxLoad {
  std::uint64_t offset = 0;
  std::uint32_t instruction = 0;
  bool is_inside_block = false;  // of an IT block, not last: no branch may take its place
};

/// The loads of a section that the erratum concerns.
std::vector<Stm32l4xxLoad> find_stm32l4xx_loads(std::string_view content,
                                                const std::vector<ArmSpan>& spans,
                                                bool is_big_endian, Stm32l4xxFix fix);

/// Bytes of the veneer for a load.
unsigned stm32l4xx_veneer_size(std::uint32_t instruction);

/// Writes the veneer for a load: the same in parts, and a branch to `behind`, the address behind
/// the load. The veneer is at `address`.
void write_stm32l4xx_veneer(const ArmBytes& bytes, std::uint32_t instruction, std::uint64_t address,
                            std::uint64_t behind, char* place);

/// Writes the branch at `address` to a veneer at `veneer`. False if that is too far.
bool write_stm32l4xx_branch(const ArmBytes& bytes, std::uint64_t address, std::uint64_t veneer,
                            char* place);

}  // namespace kbx::link
