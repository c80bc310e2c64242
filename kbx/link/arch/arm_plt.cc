#include "kbx/link/arch/arm_plt.h"

#include <initializer_list>

#include "kbx/link/arch/arm_instruction.h"

/// The procedure linkage table of ARM: a first entry that goes to the dynamic linker's resolver,
/// with the distance to the GOT behind its code, then one for each function. Where Thumb code
/// cannot change the instruction set by itself, it enters four bytes before the entry.
namespace kbx::link {
namespace {

void put(char* at, ArmBytes bytes, std::initializer_list<std::uint32_t> words) {
  for (const std::uint32_t word : words) {
    bytes.write32(at, word);
    at += 4;
  }
}

void put_halves(char* at, ArmBytes bytes, std::initializer_list<std::uint32_t> halves) {
  for (const std::uint32_t half : halves) {
    bytes.write16(at, half);
    at += 2;
  }
}

std::uint32_t distance_from(std::uint64_t to, std::uint64_t from) {
  return static_cast<std::uint32_t>(to - from);
}

/// imm4:i:imm3:imm8 of movw and movt
std::uint32_t thumb_move(std::uint32_t instruction, std::uint32_t value) {
  return instruction | (value & 0xf000) << 4 | (value & 0x800) << 15 | (value & 0x700) << 4 |
         (value & 0xff);
}

void put_wide(char* at, ArmBytes bytes, std::uint32_t instruction) {
  put_halves(at, bytes, {instruction >> 16, instruction & 0xffff});
}

}  // namespace

template <ArmPlt plt, bool big_code, bool big_data>
void write_arm_plt_header(const PltPlace& place) {
  constexpr ArmBytes code{big_code};
  constexpr ArmBytes data{big_data};
  if constexpr (plt == ArmPlt::thumb) {
    // push {lr}; ldr.w lr, [pc, #8]; add lr, pc; ldr.w pc, [lr, #8]!
    put(place.place, code, {0xf8dfb500, 0x44fee008, 0xff08f85e});
    data.write32(place.place + 12, distance_from(place.got_plt, place.address + 12));
  } else {
    // push {lr}; ldr lr, [pc, #4]; add lr, pc, lr; ldr pc, [lr, #8]!
    put(place.place, code, {0xe52de004, 0xe59fe004, 0xe08fe00e, 0xe5bef008});
    data.write32(place.place + 16, distance_from(place.got_plt, place.address + 16));
  }
}

template <ArmPlt plt, bool big_code, bool big_data>
void write_arm_plt_entry(const PltPlace& place) {
  constexpr ArmBytes code{big_code};
  if constexpr (plt == ArmPlt::thumb) {
    // movw ip; movt ip; add ip, pc; ldr.w pc, [ip]; b .-4
    const std::uint32_t distance = distance_from(place.got_entry, place.address + 12);
    put_wide(place.place, code, thumb_move(0xf2400c00, distance & 0xffff));
    put_wide(place.place + 4, code, thumb_move(0xf2c00c00, distance >> 16));
    put_halves(place.place + 8, code, {0x44fc, 0xf8dc, 0xf000, 0xe7fc});
    return;
  }
  if (place.has_thumb_front) put_halves(place.place - 4, code, {0x4778, 0xe7fd});  // bx pc; b .-2
  const std::uint32_t distance = distance_from(place.got_entry, place.address + 8);
  // add ip, pc, #…00000; add ip, ip, #…000; ldr pc, [ip, #…]!
  const std::uint32_t middle = 0xe28cca00 | (distance >> 12 & 0xff);
  const std::uint32_t last = 0xe5bcf000 | (distance & 0xfff);
  if constexpr (plt == ArmPlt::near)
    put(place.place, code, {0xe28fc600 | (distance >> 20 & 0xff), middle, last});
  else
    put(place.place, code,
        {0xe28fc200 | distance >> 28, 0xe28cc600 | (distance >> 20 & 0xff), middle, last});
}

template void write_arm_plt_header<ArmPlt::near, false, false>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::near, true, true>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::near, false, true>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::far, false, false>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::far, true, true>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::far, false, true>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::thumb, false, false>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::thumb, true, true>(const PltPlace&);
template void write_arm_plt_header<ArmPlt::thumb, false, true>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::near, false, false>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::near, true, true>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::near, false, true>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::far, false, false>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::far, true, true>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::far, false, true>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::thumb, false, false>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::thumb, true, true>(const PltPlace&);
template void write_arm_plt_entry<ArmPlt::thumb, false, true>(const PltPlace&);

}  // namespace kbx::link
