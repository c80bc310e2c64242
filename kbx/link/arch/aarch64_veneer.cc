#include "kbx/link/arch/aarch64_veneer.h"

#include <algorithm>

#include <elf.h>

#include "kbx/link/arch/aarch64_field.h"
#include "kbx/link/arch/relocation_type.h"

/// A B or BL of AArch64 reaches 128 MiB. A veneer uses x16 and x17, which the procedure call
/// standard leaves to linkers: it adds the page of a target within 4 GiB, and loads the distance of
/// one further away from behind its code. Each section of veneers starts with a branch around
/// them, since the code in front may run on.
namespace kbx::link {
namespace {

constexpr std::uint64_t reach = std::uint64_t{1} << 27;
constexpr std::uint64_t page_reach = std::uint64_t{1} << 32;

constexpr std::uint32_t adrp_x16 = 0x90000010;
constexpr std::uint32_t add_x16 = 0x91000210;  // add x16, x16, #0
constexpr std::uint32_t br_x16 = 0xd61f0200;
constexpr std::uint32_t ldr_x16 = 0x58000090;      // ldr x16, .+16
constexpr std::uint32_t adr_x17 = 0x10000011;      // adr x17, .
constexpr std::uint32_t add_x16_x17 = 0x8b110210;  // add x16, x16, x17
constexpr std::uint32_t b_here = 0x14000000;       // b .
constexpr std::uint32_t nop = 0xd503201f;

constexpr VeneerMark page_marks[] = {{"$x", 0}};
constexpr VeneerMark long_marks[] = {{"$x", 0}, {"$d", 16}};
constexpr VeneerShape page_shape{12, page_marks};
constexpr VeneerShape moved_shape{8, page_marks};
constexpr VeneerShape long_shape{24, long_marks};

const VeneerShape& shape(std::uint8_t kind) {
  if (kind == moved_instruction) return moved_shape;
  return kind == adrp_branch ? page_shape : long_shape;
}

bool is_out_of_reach(const Branch& branch) {
  const bool is_branch = branch.type == R_AARCH64_CALL26 || branch.type == R_AARCH64_JUMP26;
  return is_branch && branch.target - branch.place + reach >= 2 * reach;
}

std::uint8_t needed(const Branch& branch) {
  // A jump inside of a section may not expect that x16 and x17 change.
  const bool is_own_jump = branch.is_in_section && branch.target_type != STT_FUNC;
  return !is_own_jump && is_out_of_reach(branch) ? long_branch : no_veneer;
}

std::string_view suffix(const Branch& /*branch*/) {
  return "_veneer";
}

constexpr std::uint64_t page_of(std::uint64_t address) {
  return address & ~std::uint64_t{0xfff};
}

std::uint8_t settled(std::uint8_t kind, std::uint64_t address, std::uint64_t target) {
  const std::uint64_t distance = page_of(target) - page_of(address);
  if (kind == long_branch && distance + page_reach < 2 * page_reach) return adrp_branch;
  return kind;
}

void write_page_branch(const VeneerPlace& veneer) {
  const auto pages = static_cast<std::int64_t>(page_of(veneer.target) - page_of(veneer.address));
  const auto rest = static_cast<std::int64_t>(veneer.target & 0xfff);
  write_little(veneer.place, a64_with(adrp_x16, A64Form::address, pages >> 12), 4);
  write_little(veneer.place + 4, a64_with(add_x16, A64Form::add, rest), 4);
  write_little(veneer.place + 8, br_x16, 4);
}

void write_long_branch(const VeneerPlace& veneer, bool is_big_endian) {
  write_little(veneer.place, ldr_x16, 4);
  write_little(veneer.place + 4, adr_x17, 4);
  write_little(veneer.place + 8, add_x16_x17, 4);
  write_little(veneer.place + 12, br_x16, 4);
  const std::uint64_t distance = veneer.target - (veneer.address + 4);
  for (unsigned i = 0; i < 8; ++i)
    veneer.place[16 + (is_big_endian ? 7 - i : i)] = static_cast<char>(distance >> 8 * i);
}

void write(const VeneerPlace& veneer, bool is_big_endian) {
  if (veneer.kind == adrp_branch)
    write_page_branch(veneer);
  else
    write_long_branch(veneer, is_big_endian);
}

void write_header(char* place, std::uint64_t size) {
  write_little(place, b_here | size >> 2, 4);
  write_little(place + 4, nop, 4);
}

/// b from one address to another; false if it does not reach.
bool write_branch(char* place, std::uint64_t from, std::uint64_t to) {
  const auto words = static_cast<std::int64_t>(to - from) >> 2;
  write_little(place, a64_with(b_here, A64Form::branch, words), 4);
  return to - from + reach < 2 * reach;
}

bool write_moved(const MovedPlace& moved) {
  if (!moved.is_empty) std::copy_n(moved.origin, 4, moved.veneer);
  const std::uint64_t behind = moved.origin_address + 4;
  if (!write_branch(moved.veneer + 4, moved.veneer_address + 4, behind)) return false;
  return moved.is_unused || write_branch(moved.origin, moved.origin_address, moved.veneer_address);
}

constexpr VeneerRules rules() {
  VeneerRules rules;
  rules.group_size = std::uint64_t{127} << 20;
  rules.header_size = 8;
  rules.header_mark = "$x";
  rules.shape = shape;
  rules.needed = needed;
  rules.suffix = suffix;
  rules.is_redirected = is_out_of_reach;
  rules.settled = settled;
  rules.write = write;
  rules.write_header = write_header;
  rules.write_moved = write_moved;
  return rules;
}

}  // namespace

constinit const VeneerRules aarch64_veneers = rules();

}  // namespace kbx::link
