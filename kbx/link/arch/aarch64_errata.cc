#include "kbx/link/arch/aarch64_errata.h"

#include "kbx/link/arch/aarch64_field.h"
#include "kbx/link/arch/relocation_type.h"

/// Sequences of instructions that early Cortex-A53 run wrong (Arm's notices 835769 and 843419),
/// with instructions told apart as the Arm Architecture Reference Manual, "Loads and Stores",
/// groups them, and as cautiously as GNU ld 2.40 does.
namespace kbx::link {
namespace {

constexpr std::uint32_t bits(std::uint32_t word, unsigned first, unsigned count) {
  return word >> first & ((1U << count) - 1);
}

constexpr bool is_of(std::uint32_t word, std::uint32_t mask, std::uint32_t value) {
  return (word & mask) == value;
}

struct MemoryAccess {
  std::uint32_t first = 0;  // the registers that are loaded or stored, or the first of several
  std::uint32_t second = 0;
  bool is_pair = false;
  bool is_load = false;
};

/// With the access's first register and its direction as bit 22 has it.
MemoryAccess access(std::uint32_t word, bool is_pair) {
  const std::uint32_t first = bits(word, 0, 5);
  return {first, is_pair ? bits(word, 10, 5) : first, is_pair, bits(word, 22, 1) == 1};
}

/// A register at an address from another one, or from the place of the instruction.
bool is_single(std::uint32_t word) {
  return is_of(word, 0x3b000000, 0x18000000) || is_of(word, 0x3b200000, 0x38000000) ||
         is_of(word, 0x3b200c00, 0x38200800) || is_of(word, 0x3b000000, 0x39000000);
}

/// Several structures of vectors; of some numbers of registers there is no such instruction.
bool is_vector_list(std::uint32_t word) {
  if (is_of(word, 0xbf9f0000, 0x0d000000) || is_of(word, 0xbf800000, 0x0d800000)) return true;
  if (!is_of(word, 0xbfbf0000, 0x0c000000) && !is_of(word, 0xbfa00000, 0x0c800000)) return false;
  constexpr std::uint32_t lists = 1 << 0 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10;
  return (lists >> bits(word, 12, 4) & 1) != 0;
}

std::optional<MemoryAccess> memory_access(std::uint32_t word) {
  if (!is_of(word, 0x0a000000, 0x08000000)) return std::nullopt;
  if (is_of(word, 0x3f000000, 0x08000000)) return access(word, bits(word, 21, 1) == 1);
  if (is_of(word, 0x3a000000, 0x28000000)) return access(word, true);
  if (is_single(word)) {
    MemoryAccess found = access(word, false);
    const std::uint32_t kind = bits(word, 22, 2) | bits(word, 26, 1) << 2;
    found.is_load = kind != 0 && kind != 4 && kind != 6;
    return found;
  }
  if (is_vector_list(word)) return access(word, false);
  return std::nullopt;
}

/// MADD, MSUB and their long kin, with a register to add to.
bool accumulates(std::uint32_t word) {
  const std::uint32_t kind = bits(word, 21, 3);
  return is_of(word, 0xff000000, 0x9b000000) && (kind == 0 || kind == 1 || kind == 5) &&
         bits(word, 10, 5) != 31;
}

bool is_erratum_843419(std::uint32_t adrp, std::uint32_t second, std::uint32_t last) {
  const auto found = memory_access(second);
  return found && !(found->is_pair && found->is_load) && is_of(last, 0x3b000000, 0x39000000) &&
         bits(last, 5, 5) == bits(adrp, 0, 5);
}

}  // namespace

bool has_erratum_835769(std::uint32_t first, std::uint32_t second) {
  if (!accumulates(second)) return false;
  const auto found = memory_access(first);
  if (!found) return false;
  const bool is_vector = bits(first, 26, 1) == 1;
  if (is_vector || !found->is_load) return true;
  const auto reads = [second](std::uint32_t number) {
    return number == bits(second, 5, 5) || number == bits(second, 16, 5) ||
           number == bits(second, 10, 5);
  };
  return !reads(found->first) && !(found->is_pair && reads(found->second));
}

std::optional<std::uint64_t> erratum_843419_end(std::string_view code, std::uint64_t offset,
                                                std::uint64_t end, std::uint64_t address) {
  const auto word = [&](std::uint64_t at) {
    return static_cast<std::uint32_t>(read_little(code.data() + at, 4));
  };
  if (end > code.size() || end < offset + 12) return std::nullopt;
  if ((address & 0xfff) != 0xff8 && (address & 0xfff) != 0xffc) return std::nullopt;
  const std::uint32_t adrp = word(offset);
  if (!is_adrp(adrp)) return std::nullopt;
  const std::uint32_t second = word(offset + 4);
  if (is_erratum_843419(adrp, second, word(offset + 8))) return offset + 8;
  if (end < offset + 16) return std::nullopt;
  if (is_erratum_843419(adrp, second, word(offset + 12))) return offset + 12;
  return std::nullopt;
}

bool is_adrp(std::uint32_t instruction) {
  return is_of(instruction, 0x9f000000, 0x90000000);
}

std::optional<std::uint32_t> adr_for(std::uint32_t adrp, std::uint64_t address) {
  constexpr std::uint32_t adr = 0x10000000;
  constexpr std::int64_t reach = 1 << 20;
  const std::uint64_t pages = bits(adrp, 5, 19) << 2 | bits(adrp, 29, 2);
  const std::int64_t distance =
      with_sign(pages << 12, 33) - static_cast<std::int64_t>(address & 0xfff);
  if (distance < -reach || distance >= reach) return std::nullopt;
  return a64_with(adr | bits(adrp, 0, 5), A64Form::address, distance);
}

}  // namespace kbx::link
