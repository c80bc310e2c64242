#include "kbx/link/arch/aarch64_plt.h"

#include "kbx/link/arch/aarch64_field.h"

/// The procedure linkage table of AArch64: 32 bytes for the dynamic linker's resolver, then 16
/// bytes an entry, or 24 where it is guarded. x16 is left with the address of the entry's word in
/// .got.plt. Guards are BTI, which marks where indirect branches may go: to the table's first entry
/// in any case, to others only in a program at a fixed address, where they may be a function's
/// address; and PAC, by which the word's address is authenticated with the word as the pointer.
namespace kbx::link {
namespace {

constexpr std::uint32_t nop = 0xd503201f;
constexpr std::uint32_t bti_c = 0xd503245f;
constexpr std::uint32_t autia1716 = 0xd503219f;
constexpr std::uint32_t adrp_x16 = 0x90000010;
constexpr std::uint32_t ldr_x17 = 0xf9400211;  // ldr x17, [x16, #0]
constexpr std::uint32_t add_x16 = 0x91000210;  // add x16, x16, #0
constexpr std::uint32_t br_x17 = 0xd61f0220;
constexpr std::uint32_t stp_x16_x30 = 0xa9bf7bf0;  // stp x16, x30, [sp, #-16]!
constexpr std::uint32_t stp_x2_x3 = 0xa9bf0fe2;    // stp x2, x3, [sp, #-16]!
constexpr std::uint32_t adrp_x2 = 0x90000002;
constexpr std::uint32_t adrp_x3 = 0x90000003;
constexpr std::uint32_t ldr_x2 = 0xf9400042;  // ldr x2, [x2, #0]
constexpr std::uint32_t add_x3 = 0x91000063;  // add x3, x3, #0
constexpr std::uint32_t br_x2 = 0xd61f0040;

/// Writes instructions one behind the other.
class Code {
 public:
  explicit Code(const PltPlace& place) : start_(place.place), next_(place.place), at_(place) {}

  Code& put(std::uint32_t instruction) {
    write_little(next_, instruction, 4);
    next_ += 4;
    return *this;
  }

  Code& put_if(bool is_wanted, std::uint32_t instruction) {
    return is_wanted ? put(instruction) : *this;
  }

  /// An adrp of what `to` is the address of.
  Code& put_page(std::uint32_t instruction, std::uint64_t to) {
    const std::uint64_t here = at_.address + static_cast<std::uint64_t>(next_ - start_);
    const auto pages = static_cast<std::int64_t>(to >> 12) - static_cast<std::int64_t>(here >> 12);
    return put(a64_with(instruction, A64Form::address, pages));
  }

  /// The rest of that address in a load or an addition.
  Code& put_rest(std::uint32_t load, std::uint64_t to) {
    return put(a64_with(load, A64Form::offset, static_cast<std::int64_t>((to & 0xfff) >> 3)));
  }
  Code& put_addition(std::uint32_t add, std::uint64_t to) {
    return put(a64_with(add, A64Form::add, static_cast<std::int64_t>(to & 0xfff)));
  }

  /// x17 = what the word at `entry` says, x16 = its address.
  Code& put_load(std::uint64_t entry) {
    return put_page(adrp_x16, entry).put_rest(ldr_x17, entry).put_addition(add_x16, entry);
  }

  void fill(std::size_t size) {
    while (static_cast<std::size_t>(next_ - start_) < size) put(nop);
  }

 private:
  char* start_;
  char* next_;
  const PltPlace& at_;
};

constexpr std::size_t header_size = 32;
constexpr std::size_t guarded_entry_size = 24;

template <bool marks_targets>
void write_header(const PltPlace& place) {
  Code code(place);
  code.put_if(marks_targets, bti_c).put(stp_x16_x30).put_load(place.got_plt + 16).put(br_x17);
  code.fill(header_size);
}

template <bool marks_targets, bool signs>
void write_entry(const PltPlace& place) {
  Code code(place);
  code.put_if(marks_targets, bti_c).put_load(place.got_entry).put_if(signs, autia1716).put(br_x17);
  if (marks_targets || signs) code.fill(guarded_entry_size);
}

/// Goes to the resolver of TLS descriptors, with the address of .got.plt.
template <bool marks_targets>
void write_descriptor_entry(const PltPlace& place) {
  Code code(place);
  code.put_if(marks_targets, bti_c).put(stp_x2_x3);
  code.put_page(adrp_x2, place.got_entry).put_page(adrp_x3, place.got_plt);
  code.put_rest(ldr_x2, place.got_entry).put_addition(add_x3, place.got_plt).put(br_x2);
  code.fill(header_size);
}

}  // namespace

Aarch64Plt aarch64_plt(const PltGuards& guards) {
  Aarch64Plt plt;
  plt.write_header = guards.marks_targets ? write_header<true> : write_header<false>;
  plt.write_descriptor_entry =
      guards.marks_targets ? write_descriptor_entry<true> : write_descriptor_entry<false>;
  const bool marks_entries = guards.marks_targets && !guards.is_position_independent;
  if (marks_entries || guards.signs) plt.entry_size = guarded_entry_size;
  if (marks_entries)
    plt.write_entry = guards.signs ? write_entry<true, true> : write_entry<true, false>;
  else
    plt.write_entry = guards.signs ? write_entry<false, true> : write_entry<false, false>;
  return plt;
}

}  // namespace kbx::link
