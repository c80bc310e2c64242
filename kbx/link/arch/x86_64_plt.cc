#include <algorithm>

#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/arch/x86_64_rewrite.h"

/// The procedure linkage table of x86-64, bound when it is first used (x86-64 psABI, "Procedure
/// Linkage Table"): 16 bytes an entry, the first one for the dynamic linker's resolver.
namespace kbx::link {
namespace {

void put(const PltPlace& place, std::string_view code) {
  std::copy(code.begin(), code.end(), place.place);
}

/// The distance that stands `at` bytes from the start of an instruction's code ending at `end`.
void put_distance(const PltPlace& place, unsigned at, unsigned end, std::uint64_t target) {
  write_little(place.place + at, target - (place.address + end), 4);
}

}  // namespace

/// push GOT+8(%rip); jmp *GOT+16(%rip); nopl 0(%rax)
void write_x86_64_plt_header(const PltPlace& place) {
  put(place, {"\xff\x35\0\0\0\0\xff\x25\0\0\0\0\x0f\x1f\x40\0", 16});
  put_distance(place, 2, 6, place.got_plt + 8);
  put_distance(place, 8, 12, place.got_plt + 16);
}

/// jmp *entry(%rip); push $index; jmp to the table's first entry.
void write_x86_64_plt_entry(const PltPlace& place) {
  if (place.is_apart) {
    write_x86_64_direct_entry(place);
    return;
  }
  put(place, {"\xff\x25\0\0\0\0\x68\0\0\0\0\xe9\0\0\0\0", 16});
  put_distance(place, 2, 6, place.got_entry);
  write_little(place.place + 7, place.index, 4);
  if (place.is_bound) put_distance(place, 12, 16, place.table);
}

/// jmp *entry(%rip); nop
void write_x86_64_direct_entry(const PltPlace& place) {
  put(place, {"\xff\x25\0\0\0\0\x66\x90", 8});
  put_distance(place, 2, 6, place.got_entry);
}

/// endbr64; push GOT+8(%rip); jmp *entry(%rip)
void write_x86_64_descriptor_entry(const PltPlace& place) {
  put(place, {"\xf3\x0f\x1e\xfa\xff\x35\0\0\0\0\xff\x25\0\0\0\0", 16});
  put_distance(place, 6, 10, place.got_plt + 8);
  put_distance(place, 12, 16, place.got_entry);
}

// For processors that track indirect branches: each entry that one may go to starts with endbr64.

/// endbr64; push $index; jmp to the table's first entry; xchg %ax,%ax
void write_x86_64_tracked_entry(const PltPlace& place) {
  if (place.is_apart) {
    write_x86_64_tracked_direct_entry(place);
    return;
  }
  put(place, {"\xf3\x0f\x1e\xfa\x68\0\0\0\0\xe9\0\0\0\0\x66\x90", 16});
  write_little(place.place + 5, place.index, 4);
  if (place.is_bound) put_distance(place, 10, 14, place.table);
}

/// endbr64; jmp *entry(%rip); nopw 0(%rax,%rax)
void write_x86_64_tracked_direct_entry(const PltPlace& place) {
  put(place, {"\xf3\x0f\x1e\xfa\xff\x25\0\0\0\0\x66\x0f\x1f\x44\0\0", 16});
  put_distance(place, 6, 10, place.got_entry);
}

}  // namespace kbx::link
