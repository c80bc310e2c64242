#include "kbx/link/arch/aarch64_plt.h"

#include "kbx/link/arch/aarch64_field.h"

/// The procedure linkage table of AArch64: 32 bytes for the dynamic linker's resolver, then 16
/// bytes an entry. x16 is left with the address of the entry's word in .got.plt.
namespace kbx::link {
namespace {

constexpr std::uint32_t nop = 0xd503201f;
constexpr std::uint32_t adrp_x16 = 0x90000010;
constexpr std::uint32_t ldr_x17 = 0xf9400211;  // ldr x17, [x16, #0]
constexpr std::uint32_t add_x16 = 0x91000210;  // add x16, x16, #0
constexpr std::uint32_t br_x17 = 0xd61f0220;
constexpr std::uint32_t stp_x16_x30 = 0xa9bf7bf0;  // stp x16, x30, [sp, #-16]!

void put(char*& place, std::uint32_t instruction) {
  write_little(place, instruction, 4);
  place += 4;
}

/// A jump to what the word at `entry` says; the adrp stands at `address`.
void put_jump(char*& place, std::uint64_t address, std::uint64_t entry) {
  const auto pages =
      static_cast<std::int64_t>(entry >> 12) - static_cast<std::int64_t>(address >> 12);
  const auto rest = static_cast<std::int64_t>(entry & 0xfff);
  put(place, a64_with(adrp_x16, A64Form::address, pages));
  put(place, a64_with(ldr_x17, A64Form::offset, rest >> 3));
  put(place, a64_with(add_x16, A64Form::add, rest));
  put(place, br_x17);
}

}  // namespace

void write_aarch64_plt_header(const PltPlace& place) {
  char* at = place.place;
  put(at, stp_x16_x30);
  put_jump(at, place.address + 4, place.got_plt + 16);
  for (int i = 0; i < 3; ++i) put(at, nop);
}

void write_aarch64_plt_entry(const PltPlace& place) {
  char* at = place.place;
  put_jump(at, place.address, place.got_entry);
}

}  // namespace kbx::link
