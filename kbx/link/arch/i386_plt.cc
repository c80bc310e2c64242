#include <algorithm>

#include "kbx/link/arch/i386_rewrite.h"
#include "kbx/link/arch/relocation_type.h"

/// The procedure linkage table of i386 (i386 psABI, "Procedure Linkage Table"): 16 bytes an entry,
/// the first one for the dynamic linker's resolver. Code without a place of its own has the GOT's
/// address in %ebx.
namespace kbx::link {
namespace {

constexpr std::uint32_t relocation_size = 8;  // of an entry of .rel.plt

void put(const PltPlace& place, std::string_view code) {
  std::copy(code.begin(), code.end(), place.place);
}

}  // namespace

/// push GOT+4; jmp *GOT+8
void write_i386_plt_header(const PltPlace& place) {
  if (place.is_position_independent) {
    put(place, {"\xff\xb3\x04\0\0\0\xff\xa3\x08\0\0\0\0\0\0\0", 16});
    return;
  }
  put(place, {"\xff\x35\0\0\0\0\xff\x25\0\0\0\0\0\0\0\0", 16});
  write_little(place.place + 2, place.got_plt + 4, 4);
  write_little(place.place + 8, place.got_plt + 8, 4);
}

/// jmp *entry; push $relocation; jmp to the table's first entry. Apart: jmp *entry; nop
void write_i386_plt_entry(const PltPlace& place) {
  if (place.is_apart)
    put(place, {"\xff\x25\0\0\0\0\x66\x90", 8});
  else
    put(place, {"\xff\x25\0\0\0\0\x68\0\0\0\0\xe9\0\0\0\0", 16});
  std::uint64_t entry = place.got_entry;
  if (place.is_position_independent) {
    place.place[1] = static_cast<char>(0xa3);
    entry -= place.got_plt;
  }
  write_little(place.place + 2, entry, 4);
  if (place.is_apart) return;
  write_little(place.place + 7, std::uint64_t{place.index} * relocation_size, 4);
  write_little(place.place + 12, place.table - (place.address + 16), 4);
}

}  // namespace kbx::link
