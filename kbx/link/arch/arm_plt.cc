#include "kbx/link/arch/arm_plt.h"

#include <initializer_list>

#include "kbx/link/arch/arm_instruction.h"

/// The procedure linkage table of ARM: 20 bytes for the dynamic linker's resolver, the last four of
/// them the distance to the GOT, then 12 bytes an entry, which reach 256 MiB.
namespace kbx::link {
namespace {

void put(const PltPlace& place, bool is_big_endian, std::initializer_list<std::uint32_t> words) {
  char* at = place.place;
  for (const std::uint32_t word : words) {
    ArmBytes{is_big_endian}.write32(at, word);
    at += 4;
  }
}

}  // namespace

/// push {lr}; ldr lr, [pc, #4]; add lr, pc, lr; ldr pc, [lr, #8]!; the distance
template <bool is_big_endian>
void write_arm_plt_header(const PltPlace& place) {
  put(place, is_big_endian,
      {0xe52de004, 0xe59fe004, 0xe08fe00e, 0xe5bef008,
       static_cast<std::uint32_t>(place.got_plt - (place.address + 16))});
}

/// add ip, pc, #…00000; add ip, ip, #…000; ldr pc, [ip, #…]!
template <bool is_big_endian>
void write_arm_plt_entry(const PltPlace& place) {
  const auto distance = static_cast<std::uint32_t>(place.got_entry - (place.address + 8));
  put(place, is_big_endian,
      {0xe28fc600 | (distance >> 20 & 0xff), 0xe28cca00 | (distance >> 12 & 0xff),
       0xe5bcf000 | (distance & 0xfff)});
}

template void write_arm_plt_header<false>(const PltPlace& place);
template void write_arm_plt_header<true>(const PltPlace& place);
template void write_arm_plt_entry<false>(const PltPlace& place);
template void write_arm_plt_entry<true>(const PltPlace& place);

}  // namespace kbx::link
