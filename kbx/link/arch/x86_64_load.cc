#include <elf.h>

#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/arch/x86_64_rewrite.h"

/// Instructions that take an address from the GOT, as they are when the address is known. The
/// assembler marks those that may change by GOTPCRELX, or REX_GOTPCRELX if a REX prefix stands in
/// front (x86-64 psABI, "Optimize GOTPCRELX Relocations"). A mov becomes a lea of the symbol, or a
/// mov of an immediate where the output has a fixed place; other operations know immediates only.
namespace kbx::link {
namespace {

constexpr unsigned opcode_mov = 0x8b;
constexpr unsigned opcode_test = 0x85;
constexpr unsigned opcode_branch = 0xff;
constexpr unsigned rex_w = 8;
constexpr unsigned rex_r = 4;

unsigned byte_at(const Use& use, std::uint64_t back) {
  return static_cast<unsigned char>(use.content[static_cast<std::size_t>(use.offset - back)]);
}

/// add, or, adc, sbb, and, sub, xor, cmp: register and memory.
bool is_arithmetic(unsigned opcode) {
  return (opcode & 0xc7) == 0x03;
}

std::uint32_t branch_type(const Use& use) {
  const unsigned modrm = byte_at(use, 1);
  if (modrm == 0x25) return x86_64_jump;
  return modrm == 0x15 ? std::uint32_t{x86_64_call} : use.type;
}

std::uint32_t immediate_type(const Use& use, bool is_x32) {
  const bool has_rex = use.type == R_X86_64_REX_GOTPCRELX;
  const bool is_wide = has_rex && (byte_at(use, 3) & rex_w) != 0;
  const bool is_mov = byte_at(use, 2) == opcode_mov;
  const Range range = is_wide && !(is_mov && is_x32) ? Range::with_sign : Range::without_sign;
  if (use.is_absolute && !fits(use.absolute, 32, range)) return use.type;
  if (!has_rex) return x86_64_immediate;
  return is_x32 ? x32_immediate_rex : x86_64_immediate_rex;
}

/// In front of the instruction's last byte: the ModRM byte that names the register as operand.
unsigned register_operand(unsigned modrm) {
  return 0xc0 | (modrm & 0x38) >> 3;
}

Fit write_immediate(const Patch& patch) {
  const bool has_rex = patch.type != x86_64_immediate;
  if (patch.behind < (has_rex ? 3 : 2)) return Fit::no_match;
  const unsigned opcode = static_cast<unsigned char>(patch.place[-2]);
  const unsigned modrm = static_cast<unsigned char>(patch.place[-1]);
  unsigned rex = has_rex ? static_cast<unsigned char>(patch.place[-3]) : 0;
  unsigned lost = rex_r;
  bool is_wide = (rex & rex_w) != 0;
  unsigned operand = register_operand(modrm);
  if (opcode == opcode_mov) {
    patch.place[-2] = static_cast<char>(0xc7);
    if (patch.type == x32_immediate_rex) is_wide = false;
    if (!is_wide) lost |= rex_w;  // an immediate of a 64-bit mov would be extended with its sign
  } else if (opcode == opcode_test) {
    patch.place[-2] = static_cast<char>(0xf7);
  } else {
    patch.place[-2] = static_cast<char>(0x81);
    operand |= opcode & 0x38;
  }
  patch.place[-1] = static_cast<char>(operand);
  if (has_rex) {
    rex = (rex & ~lost) | (rex & rex_r) >> 2;
    patch.place[-3] = static_cast<char>(rex);
  }
  return write_field(patch, 4, patch.value + 4, is_wide ? Range::with_sign : Range::without_sign);
}

Fit write_jump(const Patch& patch) {
  if (patch.room < 4) return Fit::no_match;
  const std::uint64_t value = patch.value + 1;  // one byte nearer to the section's start
  patch.place[-2] = static_cast<char>(0xe9);
  write_little(patch.place - 1, value, 4);
  patch.place[3] = static_cast<char>(0x90);
  return fits(value, 32, Range::with_sign) ? Fit::fits : Fit::overflows;
}

Fit write_call(const Patch& patch) {
  const bool is_behind = patch.pads_behind;
  const std::uint64_t value = patch.value + (is_behind ? 1 : 0);
  patch.place[-2] = static_cast<char>(is_behind ? 0xe8 : patch.call_padding);
  patch.place[-1] = static_cast<char>(0xe8);
  write_little(patch.place - (is_behind ? 1 : 0), value, 4);
  if (is_behind) patch.place[3] = static_cast<char>(patch.call_padding);
  return fits(value, 32, Range::with_sign) ? Fit::fits : Fit::overflows;
}

}  // namespace

std::uint32_t simplify_x86_64_load(const Use& use, bool is_x32) {
  const bool is_marked = use.type != R_X86_64_GOTPCREL;
  if (use.addend != -4 || use.is_indirect || use.is_preemptible) return use.type;
  if (use.offset < (use.type == R_X86_64_REX_GOTPCRELX ? 3 : 2)) return use.type;
  if (use.offset > use.content.size() || use.content.size() - use.offset < 4) return use.type;
  const unsigned opcode = byte_at(use, 2);
  if (opcode != opcode_mov && !is_marked) return use.type;
  bool is_relative =
      opcode == opcode_branch || !is_marked || !use.may_overflow || use.is_position_independent;
  if (use.is_undefined_weak) {
    if (opcode == opcode_branch) {
      if (!use.may_overflow) return use.type;
    } else if (is_marked) {
      is_relative = false;
    }
    if (is_relative && use.is_position_independent) return use.type;
  } else if (use.is_large || !use.may_overflow) {
    return use.type;
  }
  if (opcode == opcode_branch) return branch_type(use);
  if ((byte_at(use, 1) & 0xc7) != 5) return use.type;
  if (opcode == opcode_mov) {
    if (is_relative && !(use.is_absolute && is_marked)) return x86_64_lea;
    return immediate_type(use, is_x32);
  }
  if (is_relative || !(opcode == opcode_test || is_arithmetic(opcode))) return use.type;
  return immediate_type(use, is_x32);
}

Fit apply_x86_64_load(const Patch& patch) {
  if (patch.behind < 2 || patch.room < 4) return Fit::no_match;
  switch (patch.type) {
    case x86_64_lea:
      patch.place[-2] = static_cast<char>(0x8d);
      return write_field(patch, 4, patch.value, Range::with_sign);
    case x86_64_call:
      return write_call(patch);
    case x86_64_jump:
      return write_jump(patch);
    default:
      return write_immediate(patch);
  }
}

Emitted emitted_x86_64_load(std::uint32_t type, const char* place) {
  switch (type) {
    case x86_64_lea:
      return {R_X86_64_PC32, 0, -4};
    case x86_64_call:
      return {R_X86_64_PC32, place[-2] == static_cast<char>(0xe8) ? -1 : 0, -4};
    case x86_64_jump:
      return {R_X86_64_PC32, -1, -4};
    case x86_64_immediate:
      return {R_X86_64_32, 0, 0};
    case x86_64_immediate_rex:
    case x32_immediate_rex: {
      const bool is_wide = (static_cast<unsigned char>(place[-3]) & rex_w) != 0;
      return {is_wide ? std::uint32_t{R_X86_64_32S} : std::uint32_t{R_X86_64_32}, 0, 0};
    }
    default:
      return {};
  }
}

}  // namespace kbx::link
