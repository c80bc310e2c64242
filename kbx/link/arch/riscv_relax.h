#pragma once
#include <cstdint>
#include <optional>

namespace kbx::link {

/// A shorter instruction in the place of a longer one, or of two.
struct ShorterCode {
  std::uint32_t instruction = 0;
  std::uint8_t size = 0;   // in bytes
  std::uint32_t type = 0;  // R_RISCV_*: how its value is written
};

/// What is known of the place of an auipc and a jalr.
struct CallPlace {
  std::uint32_t jalr = 0;
  std::uint64_t target = 0;    // address
  std::uint64_t distance = 0;  // from the auipc to it, with a sign
  std::uint64_t slack = 0;     // by which the distance may grow yet
  bool may_be_absolute = false;
  bool is_compressed = false;  // the object's code has instructions of two bytes
  bool is_32bit = false;
};

/// What the two become: c.j or c.jal, jal, or a jalr from address 0; nothing if none reaches.
std::optional<ShorterCode> shorter_call(const CallPlace& place);

/// The c.lui that a lui of the upper part of `value` becomes; nothing if there is none for it, or
/// would be none were the value greater by `slack`.
std::optional<ShorterCode> shorter_lui(std::uint32_t lui, std::uint64_t value, std::uint64_t slack);

/// True if an instruction with an immediate of twelve bits reaches an address from 0.
bool is_near_zero(std::uint64_t address);

/// True if one reaches it from `base`, even if they are `slack` bytes farther apart in the end.
bool is_near(std::uint64_t address, std::uint64_t base, std::uint64_t slack);

/// True if a lui of the upper part of `value` is of no effect.
bool has_no_upper_part(std::uint64_t value);

/// Registers that code counts from.
enum class RiscvBase : std::uint8_t { zero = 0, global_pointer = 3, thread_pointer = 4 };

/// The load, store or addi with another base register.
std::uint32_t with_base(std::uint32_t instruction, RiscvBase base);

}  // namespace kbx::link
