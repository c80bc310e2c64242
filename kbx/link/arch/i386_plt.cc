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

/// The word of the GOT that an entry goes by: its address, or its distance from %ebx, for which the
/// instruction, the last byte of which stands in front of `at`, has another form.
void put_got_entry(const PltPlace& place, unsigned at) {
  std::uint64_t entry = place.got_entry;
  if (place.is_position_independent) {
    place.place[at - 1] = static_cast<char>(0xa3);
    entry -= place.got_plt;
  }
  write_little(place.place + at, entry, 4);
}

void put_header(const PltPlace& place) {
  if (place.is_position_independent) return;
  write_little(place.place + 2, place.got_plt + 4, 4);
  write_little(place.place + 8, place.got_plt + 8, 4);
}

}  // namespace

/// push GOT+4; jmp *GOT+8
void write_i386_plt_header(const PltPlace& place) {
  if (place.is_position_independent)
    put(place, {"\xff\xb3\x04\0\0\0\xff\xa3\x08\0\0\0\0\0\0\0", 16});
  else
    put(place, {"\xff\x35\0\0\0\0\xff\x25\0\0\0\0\0\0\0\0", 16});
  put_header(place);
}

/// jmp *entry; push $relocation; jmp to the table's first entry.
void write_i386_plt_entry(const PltPlace& place) {
  if (place.is_apart) {
    write_i386_direct_entry(place);
    return;
  }
  put(place, {"\xff\x25\0\0\0\0\x68\0\0\0\0\xe9\0\0\0\0", 16});
  put_got_entry(place, 2);
  write_little(place.place + 7, std::uint64_t{place.index} * relocation_size, 4);
  if (place.is_bound) write_little(place.place + 12, place.table - (place.address + 16), 4);
}

/// jmp *entry; xchg %ax,%ax
void write_i386_direct_entry(const PltPlace& place) {
  put(place, {"\xff\x25\0\0\0\0\x66\x90", 8});
  put_got_entry(place, 2);
}

// For processors that track indirect branches: each entry that one may go to starts with endbr32.

/// push GOT+4; jmp *GOT+8; nopl 0(%eax)
void write_i386_tracked_header(const PltPlace& place) {
  if (place.is_position_independent)
    put(place, {"\xff\xb3\x04\0\0\0\xff\xa3\x08\0\0\0\x0f\x1f\x40\0", 16});
  else
    put(place, {"\xff\x35\0\0\0\0\xff\x25\0\0\0\0\x0f\x1f\x40\0", 16});
  put_header(place);
}

/// endbr32; push $relocation; jmp to the table's first entry; xchg %ax,%ax
void write_i386_tracked_entry(const PltPlace& place) {
  if (place.is_apart) {
    write_i386_tracked_direct_entry(place);
    return;
  }
  put(place, {"\xf3\x0f\x1e\xfb\x68\0\0\0\0\xe9\0\0\0\0\x66\x90", 16});
  write_little(place.place + 5, std::uint64_t{place.index} * relocation_size, 4);
  if (place.is_bound) write_little(place.place + 10, place.table - (place.address + 14), 4);
}

/// endbr32; jmp *entry; nopw 0(%eax,%eax)
void write_i386_tracked_direct_entry(const PltPlace& place) {
  put(place, {"\xf3\x0f\x1e\xfb\xff\x25\0\0\0\0\x66\x0f\x1f\x44\0\0", 16});
  put_got_entry(place, 6);
}

}  // namespace kbx::link
