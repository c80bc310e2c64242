#pragma once
#include <cstdint>

#include "kbx/link/arch/relocation_type.h"

namespace kbx::link {

/// Where a RISC-V instruction, or data, keeps a value.
enum class RiscvForm : std::uint8_t {
  none,
  data,         // set
  add,          // added to what stands there
  subtract,     // subtracted
  set_uleb128,  // a number of as many bytes as stand there
  subtract_uleb128,
  upper,        // lui, auipc: bits 31 to 12, rounded
  lower,        // addi, loads: bits 11 to 0
  lower_store,  // stores: bits 11 to 0
  immediate,    // the same where no upper part goes with them: bits 11 to 0, with a sign
  immediate_store,
  call,    // auipc and jalr
  jump,    // jal
  branch,  // beq …
  compressed_jump,
  compressed_branch,
  compressed_upper,
};

/// The instruction with the value in its place; of `call` the first of the two.
std::uint32_t riscv_with(std::uint32_t instruction, RiscvForm form, std::uint64_t value);

/// Writes a value in `bits` bits. Addresses have 32 bits if `is_32bit`.
Fit write_riscv(const Patch& patch, RiscvForm form, unsigned bits, bool is_32bit);

/// True if lui, or auipc, and an instruction of twelve bits reach it.
bool reaches_upper(std::uint64_t value, bool is_32bit);

}  // namespace kbx::link
