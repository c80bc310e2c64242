#include "kbx/link/arch/arm_instruction.h"

#include <elf.h>

/// Values in A32 and T32 instructions (Arm Architecture Reference Manual; ELF for the Arm
/// Architecture, "Relocation types"). Relocations without an addend of their own have it in the
/// same bits.
namespace kbx::link {
namespace {

constexpr unsigned byte_of(const char* place, unsigned i) {
  return static_cast<unsigned char>(place[i]);
}

constexpr std::int64_t unsigned_part(std::uint32_t value, unsigned from, unsigned count) {
  return value >> from & ((std::uint32_t{1} << count) - 1);
}

/// The constant of a data-processing instruction: eight bits, rotated right.
std::int64_t rotated_constant(std::uint32_t instruction) {
  const std::uint32_t constant = instruction & 0xff;
  const unsigned rotation = (instruction >> 8 & 15) * 2;
  if (rotation == 0) return constant;
  return constant >> rotation | constant << (32 - rotation);
}

constexpr std::uint32_t is_add = 1U << 23;
constexpr std::uint32_t is_sub = 1U << 22;

std::uint32_t operation(std::uint32_t instruction) {
  return instruction & 0x1e00000;
}

/// imm4:imm12 of movw and movt
std::uint32_t move_field(std::uint32_t instruction) {
  return (instruction >> 4 & 0xf000) | (instruction & 0xfff);
}

/// imm4:i:imm3:imm8 of Thumb's
std::uint32_t thumb_move_field(std::uint32_t instruction) {
  return (instruction >> 4 & 0xf000) | (instruction >> 15 & 0x800) | (instruction >> 4 & 0x700) |
         (instruction & 0xff);
}

/// S:I1:I2:imm10:imm11:0 of bl and b.w, where I1 is J1 if the number is negative, else its opposite
std::int64_t thumb_branch_field(std::uint32_t instruction) {
  const std::uint32_t sign = instruction >> 26 & 1;
  const std::uint32_t i1 = (instruction >> 13 & 1) ^ sign ^ 1;
  const std::uint32_t i2 = (instruction >> 11 & 1) ^ sign ^ 1;
  const std::uint32_t value = sign << 24 | i1 << 23 | i2 << 22 | (instruction >> 16 & 0x3ff) << 12 |
                              (instruction & 0x7ff) << 1;
  return with_sign(value, 25);
}

/// S:J2:J1:imm6:imm11:0 of a conditional b.w
std::int64_t thumb_branch19_field(std::uint32_t instruction) {
  const std::uint32_t value = (instruction >> 26 & 1) << 20 | (instruction >> 11 & 1) << 19 |
                              (instruction >> 13 & 1) << 18 | (instruction >> 16 & 0x3f) << 12 |
                              (instruction & 0x7ff) << 1;
  return with_sign(value, 21);
}

Fit checked(std::int64_t value, unsigned bits, Range range) {
  return fits(static_cast<std::uint64_t>(value), bits, range) ? Fit::fits : Fit::overflows;
}

/// What a group relocation's parts 0 to `count` - 1 leave of a value, and the last of them as a
/// rotated constant.
struct Group {
  std::uint32_t constant = 0;
  std::uint32_t left = 0;
};

Group split(std::uint32_t value, unsigned count) {
  Group group{0, value};
  for (unsigned i = 0; i < count; ++i) {
    unsigned shift = 0;
    while (group.left >> shift > 0xff) shift += 2;
    const std::uint32_t part = group.left & 0xffU << shift;
    group.constant = part >> shift | (part > 0xff ? (32 - shift) / 2 << 8 : 0);
    group.left &= ~part;
  }
  return group;
}

std::uint32_t magnitude(std::int64_t value) {
  return static_cast<std::uint32_t>(value < 0 ? -value : value);
}

/// Short branches: `bits` bits of halfwords.
Fit write_short_branch(const ArmBytes& bytes, const Patch& patch, unsigned bits) {
  const auto distance = static_cast<std::int32_t>(patch.value & ~std::uint64_t{1});
  const std::uint32_t mask = (1U << bits) - 1;
  bytes.write16(patch.place, (bytes.read16(patch.place) & ~mask) |
                                 (static_cast<std::uint32_t>(distance) >> 1 & mask));
  return checked(distance, bits + 1, Range::with_sign);
}

/// cbz, which goes forwards only.
Fit write_thumb_branch6(const ArmBytes& bytes, const Patch& patch) {
  const auto distance = static_cast<std::uint32_t>(patch.value & ~std::uint64_t{1});
  const std::uint32_t instruction = bytes.read16(patch.place) & 0xfd07;
  bytes.write16(patch.place, instruction | (distance >> 6 & 1) << 9 | (distance >> 1 & 0x1f) << 3);
  return checked(static_cast<std::int32_t>(distance), 7, Range::without_sign);
}

Fit write_group(const ArmBytes& bytes, const Patch& patch, unsigned group, bool is_checked) {
  const auto value = std::int64_t{static_cast<std::int32_t>(patch.value)};
  std::uint32_t instruction = bytes.read32(patch.place);
  if (operation(instruction) != is_add && operation(instruction) != is_sub) return Fit::no_match;
  const Group part = split(magnitude(value), group + 1);
  instruction = (instruction & 0xff1ff000) | (value < 0 ? is_sub : is_add) | part.constant;
  bytes.write32(patch.place, instruction);
  return is_checked && part.left != 0 ? Fit::overflows : Fit::fits;
}

Fit write_group_load(const ArmBytes& bytes, const Patch& patch, unsigned group, unsigned bits) {
  const auto value = std::int64_t{static_cast<std::int32_t>(patch.value)};
  const std::uint32_t left = split(magnitude(value), group).left;
  std::uint32_t instruction = bytes.read32(patch.place) & ~is_add;
  if (bits == 12)
    instruction = (instruction & ~0xfffU) | (left & 0xfff);
  else
    instruction = (instruction & ~0xf0fU) | (left & 0xf0) << 4 | (left & 0xf);
  if (value >= 0) instruction |= is_add;
  bytes.write32(patch.place, instruction);
  return left >> bits != 0 ? Fit::overflows : Fit::fits;
}

Fit write_group_words(const ArmBytes& bytes, const Patch& patch, unsigned group) {
  const auto value = std::int64_t{static_cast<std::int32_t>(patch.value)};
  const std::uint32_t left = split(magnitude(value), group).left;
  if (left % 4 != 0 || left >= 0x400) return Fit::overflows;
  const std::uint32_t instruction = bytes.read32(patch.place) & 0xff7fff00;
  bytes.write32(patch.place, instruction | (value >= 0 ? is_add : 0) | left >> 2);
  return Fit::fits;
}

/// The lowest of four bytes may be negative as an addend; nothing is checked.
Fit write_thumb_byte(const ArmBytes& bytes, const Patch& patch, unsigned group) {
  const auto value = static_cast<std::uint32_t>(patch.value);
  const std::uint32_t instruction = bytes.read16(patch.place) & 0xff00;
  bytes.write16(patch.place, instruction | (value >> 8 * group & 0xff));
  return Fit::fits;
}

Fit write_data(const ArmBytes& bytes, const Patch& patch, unsigned size, Range range) {
  const auto value = static_cast<std::uint32_t>(patch.value);
  if (size == 1) *patch.place = static_cast<char>(value);
  if (size == 2) bytes.write16(patch.place, value);
  if (size == 4) bytes.write32(patch.place, value);
  return checked(static_cast<std::int32_t>(value), size * 8, range);
}

/// The distance is counted from the place cut to a multiple of 4.
std::int32_t aligned_distance(const Patch& patch) {
  return static_cast<std::int32_t>(patch.value + (patch.address & 3));
}

Fit write_thumb_load12(const ArmBytes& bytes, const Patch& patch) {
  const std::int32_t value = aligned_distance(patch);
  const std::uint32_t size = magnitude(value);
  const std::uint32_t instruction = bytes.read_halves(patch.place) & 0xff7ff000;
  bytes.write_halves(patch.place, instruction | (value >= 0 ? is_add : 0) | (size & 0xfff));
  return size >= 0x1000 ? Fit::overflows : Fit::fits;
}

Fit write_thumb_add12(const ArmBytes& bytes, const Patch& patch) {
  const std::int32_t value = aligned_distance(patch);
  const std::uint32_t size = magnitude(value) | (patch.is_thumb ? 1 : 0);
  std::uint32_t instruction = bytes.read_halves(patch.place) & 0xfb0f8f00;
  instruction |= (size & 0xff) | (size & 0x700) << 4 | (size & 0x800) << 15;
  if (value < 0) instruction |= 0xa00000;
  bytes.write_halves(patch.place, instruction);
  return size >= 0x1000 ? Fit::overflows : Fit::fits;
}

Fit write_thumb_load8(const ArmBytes& bytes, const Patch& patch) {
  const auto value = static_cast<std::uint32_t>(aligned_distance(patch)) & 0x3fc;
  bytes.write16(patch.place, (bytes.read16(patch.place) & 0xff00) | value >> 2);
  return Fit::fits;
}

Fit write_move(const ArmBytes& bytes, const Patch& patch, unsigned shift) {
  const auto value = static_cast<std::uint32_t>(patch.value) >> shift;
  const std::uint32_t instruction = bytes.read32(patch.place) & 0xfff0f000;
  bytes.write32(patch.place, instruction | (value & 0xf000) << 4 | (value & 0xfff));
  return Fit::fits;
}

Fit write_thumb_move(const ArmBytes& bytes, const Patch& patch, unsigned shift) {
  const auto value = static_cast<std::uint32_t>(patch.value) >> shift;
  const std::uint32_t instruction = bytes.read_halves(patch.place) & 0xfbf08f00;
  bytes.write_halves(patch.place, instruction | (value & 0xf000) << 4 | (value & 0x800) << 15 |
                                      (value & 0x700) << 4 | (value & 0xff));
  return Fit::fits;
}

/// The bit that says Thumb is no part of the sum, as it was in the symbol's value, but set in what
/// comes out: of a word's distance before the place is subtracted. What is loaded has no such bit.
std::uint64_t with_thumb_bit(const Patch& patch, ArmForm form) {
  if (!patch.is_thumb) return patch.value;
  const std::uint64_t sum = patch.value - 1;
  switch (form) {
    case ArmForm::data:
      if (patch.type == R_ARM_GOTOFF) return patch.value;
      if (patch.type == R_ARM_ABS32) return sum | 1;
      return patch.type == R_ARM_REL32 ? ((sum + patch.address) | 1) - patch.address : sum;
    case ArmForm::data31:
    case ArmForm::move_low:
    case ArmForm::move_high:
    case ArmForm::thumb_move_low:
    case ArmForm::thumb_move_high:
    case ArmForm::thumb_byte:
    case ArmForm::group:
      return sum | 1;
    default:
      return sum;
  }
}

}  // namespace

std::uint32_t with_thumb_branch(std::uint32_t instruction, std::uint32_t value) {
  const std::uint32_t sign = value >> 31;
  const std::uint32_t j1 = (value >> 23 & 1) ^ sign ^ 1;
  const std::uint32_t j2 = (value >> 22 & 1) ^ sign ^ 1;
  return (instruction & 0xf800d000) | sign << 26 | (value >> 12 & 0x3ff) << 16 | j1 << 13 |
         j2 << 11 | (value >> 1 & 0x7ff);
}

std::uint32_t with_thumb_branch19(std::uint32_t instruction, std::uint32_t value) {
  return (instruction & 0xfbc0d000) | (value >> 20 & 1) << 26 | (value >> 12 & 0x3f) << 16 |
         (value >> 18 & 1) << 13 | (value >> 19 & 1) << 11 | (value >> 1 & 0x7ff);
}

std::uint32_t ArmBytes::read16(const char* place) const {
  return byte_of(place, is_big_endian ? 1 : 0) | byte_of(place, is_big_endian ? 0 : 1) << 8;
}

std::uint32_t ArmBytes::read32(const char* place) const {
  const std::uint32_t first = read16(place);
  const std::uint32_t second = read16(place + 2);
  return is_big_endian ? first << 16 | second : second << 16 | first;
}

std::uint32_t ArmBytes::read_halves(const char* place) const {
  return read16(place) << 16 | read16(place + 2);
}

void ArmBytes::write16(char* place, std::uint32_t value) const {
  place[is_big_endian ? 1 : 0] = static_cast<char>(value);
  place[is_big_endian ? 0 : 1] = static_cast<char>(value >> 8);
}

void ArmBytes::write32(char* place, std::uint32_t value) const {
  write16(place + (is_big_endian ? 2 : 0), value);
  write16(place + (is_big_endian ? 0 : 2), value >> 16);
}

void ArmBytes::write_halves(char* place, std::uint32_t value) const {
  write16(place, value >> 16);
  write16(place + 2, value);
}

std::int64_t arm_addend(const ArmBytes& bytes, ArmForm form, unsigned size, const char* place) {
  const auto signed_magnitude = [](std::int64_t value, bool is_negative) {
    return is_negative ? -value : value;
  };
  switch (form) {
    case ArmForm::none:
    case ArmForm::bx:
      return 0;
    case ArmForm::data:
      if (size == 1) return with_sign(byte_of(place, 0), 8);
      return size == 2 ? with_sign(bytes.read16(place), 16) : with_sign(bytes.read32(place), 32);
    case ArmForm::data31:
      return with_sign(bytes.read32(place), 31);
    case ArmForm::offset12:
      return unsigned_part(bytes.read32(place), 0, 12);
    case ArmForm::branch:
    case ArmForm::call:
      return with_sign(std::uint64_t{bytes.read32(place)} << 2, 26);
    case ArmForm::move_low:
    case ArmForm::move_high:
      return with_sign(move_field(bytes.read32(place)), 16);
    case ArmForm::group: {
      const std::uint32_t instruction = bytes.read32(place);
      return signed_magnitude(rotated_constant(instruction), operation(instruction) == is_sub);
    }
    case ArmForm::group_load: {
      const std::uint32_t instruction = bytes.read32(place);
      return signed_magnitude(instruction & 0xfff, (instruction & is_add) == 0);
    }
    case ArmForm::group_words: {
      const std::uint32_t instruction = bytes.read32(place);
      return signed_magnitude((instruction & 0xff) << 2, (instruction & is_add) == 0);
    }
    case ArmForm::thumb_load8:
      return ((((bytes.read16(place) & 0xff) << 2) + 4) & 0x3ff) - std::int64_t{4};
    case ArmForm::thumb_byte:
      return bytes.read16(place) & 0xff;
    case ArmForm::group_load8: {
      const std::uint32_t instruction = bytes.read32(place);
      return signed_magnitude((instruction >> 4 & 0xf0) | (instruction & 0xf),
                              (instruction & is_add) == 0);
    }
    case ArmForm::thumb_call:
    case ArmForm::thumb_branch:
      return thumb_branch_field(bytes.read_halves(place));
    case ArmForm::thumb_branch19:
      return thumb_branch19_field(bytes.read_halves(place));
    case ArmForm::thumb_branch11:
      return with_sign(std::uint64_t{bytes.read16(place)} << 1, 12);
    case ArmForm::thumb_branch8:
      return with_sign(std::uint64_t{bytes.read16(place)} << 1, 9);
    case ArmForm::thumb_branch6: {
      const std::uint32_t instruction = bytes.read16(place);
      return (instruction & 0x200) >> 3 | (instruction & 0xf8) >> 2;
    }
    case ArmForm::thumb_move_low:
    case ArmForm::thumb_move_high:
      return with_sign(thumb_move_field(bytes.read_halves(place)), 16);
    case ArmForm::thumb_load12: {
      const std::uint32_t instruction = bytes.read_halves(place);
      return signed_magnitude(instruction & 0xfff, (instruction & is_add) == 0);
    }
    case ArmForm::thumb_add12: {
      const std::uint32_t instruction = bytes.read_halves(place);
      return signed_magnitude(
          (instruction & 0xff) | (instruction & 0x7000) >> 4 | (instruction >> 15 & 0x800),
          (instruction & 0xf00000) != 0);
    }
  }
  return 0;
}

Fit write_arm(const ArmBytes& bytes, const Patch& given, ArmForm form, unsigned size, Range range,
              unsigned group, bool is_checked) {
  if (given.room < size) return Fit::no_match;
  Patch patch = given;
  patch.value = with_thumb_bit(given, form);
  switch (form) {
    case ArmForm::none:
      return Fit::fits;
    case ArmForm::data:
      return write_data(bytes, patch, size, range);
    case ArmForm::data31: {
      const auto value = static_cast<std::uint32_t>(patch.value);
      bytes.write32(patch.place, (bytes.read32(patch.place) & 0x80000000) | (value & 0x7fffffff));
      return checked(static_cast<std::int32_t>(value), 31, range);
    }
    case ArmForm::offset12: {
      const auto value = static_cast<std::uint32_t>(patch.value);
      bytes.write32(patch.place, (bytes.read32(patch.place) & ~0xfffU) | (value & 0xfff));
      return checked(value, 12, Range::without_sign);
    }
    case ArmForm::branch:
    case ArmForm::call:
    case ArmForm::bx:
    case ArmForm::thumb_call:
    case ArmForm::thumb_branch:
    case ArmForm::thumb_branch19:
      return Fit::no_match;
    case ArmForm::move_low:
      return write_move(bytes, patch, 0);
    case ArmForm::move_high:
      return write_move(bytes, patch, 16);
    case ArmForm::group:
      return write_group(bytes, patch, group, is_checked);
    case ArmForm::group_load:
      return write_group_load(bytes, patch, group, 12);
    case ArmForm::group_load8:
      return write_group_load(bytes, patch, group, 8);
    case ArmForm::group_words:
      return write_group_words(bytes, patch, group);
    case ArmForm::thumb_load8:
      return write_thumb_load8(bytes, patch);
    case ArmForm::thumb_byte:
      return write_thumb_byte(bytes, patch, group);
    case ArmForm::thumb_branch11:
      return write_short_branch(bytes, patch, 11);
    case ArmForm::thumb_branch8:
      return write_short_branch(bytes, patch, 8);
    case ArmForm::thumb_branch6:
      return write_thumb_branch6(bytes, patch);
    case ArmForm::thumb_move_low:
      return write_thumb_move(bytes, patch, 0);
    case ArmForm::thumb_move_high:
      return write_thumb_move(bytes, patch, 16);
    case ArmForm::thumb_load12:
      return write_thumb_load12(bytes, patch);
    case ArmForm::thumb_add12:
      return write_thumb_add12(bytes, patch);
  }
  return Fit::no_match;
}

}  // namespace kbx::link
