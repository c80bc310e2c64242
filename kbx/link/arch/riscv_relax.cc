#include "kbx/link/arch/riscv_relax.h"

#include <elf.h>

#include "kbx/link/arch/relocation_type.h"

/// Shorter RISC-V instructions for what the assembler wrote for any distance (RISC-V ELF psABI,
/// "Linker Relaxation"; encodings after The RISC-V Instruction Set Manual, volume I). How much
/// room is left for what may move yet is GNU ld 2.40's choice, since the code that comes out hangs
/// on it.
namespace kbx::link {
namespace {

constexpr std::uint32_t c_j = 0xa001;
constexpr std::uint32_t c_jal = 0x2001;  // RV32 only
constexpr std::uint32_t c_lui = 0x6001;
constexpr std::uint32_t jal = 0x0000006f;
constexpr std::uint32_t jalr = 0x00000067;

constexpr unsigned target_shift = 7;  // rd
constexpr unsigned base_shift = 15;   // rs1
constexpr std::uint32_t register_mask = 0x1f;
constexpr std::uint32_t return_address = 1;
constexpr std::uint32_t stack_pointer = 2;

constexpr std::uint32_t target_register(std::uint32_t instruction) {
  return instruction >> target_shift & register_mask;
}

bool is_jump_distance(std::uint64_t distance, unsigned bits) {
  return (distance & 1) == 0 && fits(distance, bits, Range::with_sign);
}

bool fits_immediate(std::uint64_t value) {
  return fits(value, 12, Range::with_sign);
}

std::uint64_t upper_part(std::uint64_t value) {
  return (value + 0x800) & ~std::uint64_t{0xfff};
}

bool is_compressed_upper(std::uint64_t upper) {
  return (upper & 0x3f000) != 0 && fits(upper, 18, Range::with_sign);
}

}  // namespace

std::optional<ShorterCode> shorter_call(const CallPlace& place) {
  constexpr unsigned jump_bits = 21;
  constexpr unsigned compressed_bits = 12;
  std::uint64_t distance = place.distance;
  if (is_jump_distance(distance, jump_bits))
    distance += distance >> 63 != 0 ? 0 - place.slack : place.slack;
  const bool reaches = is_jump_distance(distance, jump_bits);
  if (!reaches && !(place.may_be_absolute && is_near_zero(place.target))) return std::nullopt;
  const std::uint32_t target = target_register(place.jalr);
  const bool has_short_form = target == 0 || (target == return_address && place.is_32bit);
  if (place.is_compressed && has_short_form && is_jump_distance(distance, compressed_bits))
    return ShorterCode{target == 0 ? c_j : c_jal, 2, R_RISCV_RVC_JUMP};
  if (reaches) return ShorterCode{jal | target << target_shift, 4, R_RISCV_JAL};
  return ShorterCode{jalr | target << target_shift, 4, R_RISCV_LO12_I};
}

std::optional<ShorterCode> shorter_lui(std::uint32_t lui, std::uint64_t value,
                                       std::uint64_t slack) {
  const std::uint64_t upper = upper_part(value);
  if (!is_compressed_upper(upper) || !is_compressed_upper(upper + slack)) return std::nullopt;
  const std::uint32_t target = target_register(lui);
  if (target == 0 || target == stack_pointer) return std::nullopt;
  return ShorterCode{c_lui | target << target_shift, 2, R_RISCV_RVC_LUI};
}

bool is_near_zero(std::uint64_t address) {
  return fits_immediate(address);
}

bool is_near(std::uint64_t address, std::uint64_t base, std::uint64_t slack) {
  return fits_immediate(address >= base ? address - base + slack : address - base - slack);
}

bool has_no_upper_part(std::uint64_t value) {
  return upper_part(value) == 0;
}

std::uint32_t with_base(std::uint32_t instruction, RiscvBase base) {
  return (instruction & ~(register_mask << base_shift)) | static_cast<std::uint32_t>(base)
                                                              << base_shift;
}

}  // namespace kbx::link
