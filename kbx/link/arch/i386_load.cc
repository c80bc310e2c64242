#include <elf.h>

#include "kbx/link/arch/i386_rewrite.h"
#include "kbx/link/arch/relocation_type.h"

/// Instructions that take an address from the GOT, as they are when the address is known; the
/// assembler marks those that may change by GOT32X (i386 psABI, "Optimize R_386_GOT32X
/// Relocation"). The GOT is reached by a register that holds its address, or directly.
namespace kbx::link {
namespace {

constexpr unsigned opcode_mov = 0x8b;
constexpr unsigned opcode_test = 0x85;
constexpr unsigned opcode_branch = 0xff;

unsigned byte_at(const Use& use, std::uint64_t back) {
  return static_cast<unsigned char>(use.content[static_cast<std::size_t>(use.offset - back)]);
}

/// A displacement of 32 bits alone.
bool is_direct(unsigned modrm) {
  return (modrm & 0xc7) == 5;
}

/// A displacement of 32 bits from a register.
bool has_base(unsigned modrm) {
  return (modrm & 0xc0) == 0x80 && (modrm & 7) != 4;
}

bool is_arithmetic(unsigned opcode) {
  return (opcode & 0xc7) == 0x03;
}

/// The type of the same code with a GOT entry.
std::uint32_t unchanged(const Use& use) {
  if (!is_direct(byte_at(use, 1)) || byte_at(use, 2) == 0x8d) return use.type;
  return use.is_position_independent ? i386_refused : i386_got_address;
}

std::uint32_t branch_type(const Use& use, unsigned modrm) {
  if (use.is_undefined_weak && use.is_position_independent) return unchanged(use);
  return (modrm & 0x38) == 0x10 ? i386_call : i386_jump;
}

void write_immediate(const Patch& patch) {
  const unsigned opcode = static_cast<unsigned char>(patch.place[-2]);
  unsigned operand = 0xc0 | (static_cast<unsigned char>(patch.place[-1]) & 0x38U) >> 3;
  if (opcode == opcode_mov) {
    patch.place[-2] = static_cast<char>(0xc7);
  } else if (opcode == opcode_test) {
    patch.place[-2] = static_cast<char>(0xf7);
  } else {
    patch.place[-2] = static_cast<char>(0x81);
    operand |= opcode & 0x38;
  }
  patch.place[-1] = static_cast<char>(operand);
  write_little(patch.place, patch.value, 4);
}

void write_call(const Patch& patch) {
  const bool is_behind = patch.pads_behind;
  patch.place[-2] = static_cast<char>(is_behind ? 0xe8 : patch.call_padding);
  patch.place[-1] = static_cast<char>(0xe8);
  write_little(patch.place - (is_behind ? 1 : 0), patch.value - (is_behind ? 3 : 4), 4);
  if (is_behind) patch.place[3] = static_cast<char>(patch.call_padding);
}

}  // namespace

std::uint32_t simplify_i386_load(const Use& use) {
  if (use.offset < 2 || use.offset > use.content.size() || use.content.size() - use.offset < 4)
    return use.type;
  const unsigned opcode = byte_at(use, 2);
  const unsigned modrm = byte_at(use, 1);
  if (use.type == R_386_GOT32) return unchanged(use);
  if (is_direct(modrm) && use.is_position_independent) return i386_refused;
  if (use.addend != 0 || use.is_preemptible || use.is_indirect ||
      !(is_direct(modrm) || has_base(modrm)))
    return unchanged(use);
  const unsigned operation = modrm & 0x38;
  if (opcode == opcode_branch && (operation == 0x10 || operation == 0x20))
    return branch_type(use, modrm);
  const bool is_value = !use.is_position_independent || use.is_undefined_weak;
  if (opcode == opcode_mov) return is_value || use.is_absolute ? i386_immediate : i386_lea;
  if (is_value && (opcode == opcode_test || is_arithmetic(opcode))) return i386_immediate;
  return unchanged(use);
}

Fit apply_i386_load(const Patch& patch) {
  if (patch.behind < 2 || patch.room < 4) return Fit::no_match;
  switch (patch.type) {
    case i386_got_address:
      write_little(patch.place, patch.value, 4);
      return Fit::fits;
    case i386_lea:
      patch.place[-2] = static_cast<char>(0x8d);
      write_little(patch.place, patch.value, 4);
      return Fit::fits;
    case i386_call:
      write_call(patch);
      return Fit::fits;
    case i386_jump:
      patch.place[-2] = static_cast<char>(0xe9);
      write_little(patch.place - 1, patch.value - 3, 4);
      patch.place[3] = static_cast<char>(0x90);
      return Fit::fits;
    default:
      write_immediate(patch);
      return Fit::fits;
  }
}

Emitted emitted_i386_load(std::uint32_t type, const char* place) {
  switch (type) {
    case i386_lea:
      return {R_386_GOTOFF, 0, 0};
    case i386_immediate:
      return {R_386_32, 0, 0};
    case i386_call:
      return {R_386_PC32, place[-2] == static_cast<char>(0xe8) ? -1 : 0, -4};
    case i386_jump:
      return {R_386_PC32, -1, -4};
    default:
      return {};
  }
}

}  // namespace kbx::link
