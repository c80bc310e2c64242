#include "kbx/link/arch/ppc64_save.h"

#include <array>

#include <fmt/format.h>

#include "kbx/elf/writer.h"

/// Where code has to be small, compilers for PowerPC call functions that save the registers from
/// one up to the last, and restore them (64-bit ELF V2 ABI, 2.3.3, "Register Save and Restore
/// Functions"). No library has them: the linker makes those that are called, as in section .sfpr.
///
/// A family is one run of code with an entry for each register: _savegpr0_29 stores r29 and goes on
/// into _savegpr0_30. So from the first that is called on, all are made. The last is followed by
/// what ends the family: some store or load the link register too, at 16 bytes above the stack
/// pointer. The families that restore it come in two runs, as the first loads the last two
/// registers behind the link register, so that it is there in time.
namespace kbx::link {
namespace {

enum class Link : std::uint8_t { not_touched, saved, restored };

struct Family {
  std::string_view name;  // the register's number follows
  unsigned first;
  unsigned last;
  std::uint32_t instruction;  // for register 0 and offset 0
  bool is_vector = false;     // its offset is in r12, and counted by 16
  Link link = Link::not_touched;
};

constexpr std::uint32_t store_r0 = 0xf8010000;     // std r0,0(r1)
constexpr std::uint32_t load_r0 = 0xe8010000;      // ld r0,0(r1)
constexpr std::uint32_t store_by_12 = 0xf80c0000;  // std r0,0(r12)
constexpr std::uint32_t load_by_12 = 0xe80c0000;   // ld r0,0(r12)
constexpr std::uint32_t store_f0 = 0xd8010000;     // stfd f0,0(r1)
constexpr std::uint32_t load_f0 = 0xc8010000;      // lfd f0,0(r1)
constexpr std::uint32_t store_v0 = 0x7c0c01ce;     // stvx v0,r12,r0
constexpr std::uint32_t load_v0 = 0x7c0c00ce;      // lvx v0,r12,r0
constexpr std::uint32_t load_r12 = 0x39800000;     // li r12,0
constexpr std::uint32_t set_link = 0x7c0803a6;     // mtlr r0
constexpr std::uint32_t go_back = 0x4e800020;      // blr
constexpr std::uint32_t place_of_link = 16;
constexpr unsigned registers = 32;

constexpr std::array<Family, 12> families = {{
    {"_savegpr0_", 14, 31, store_r0, false, Link::saved},
    {"_restgpr0_", 14, 29, load_r0, false, Link::restored},
    {"_restgpr0_", 30, 31, load_r0, false, Link::restored},
    {"_savegpr1_", 14, 31, store_by_12},
    {"_restgpr1_", 14, 31, load_by_12},
    {"_savefpr_", 14, 31, store_f0, false, Link::saved},
    {"_restfpr_", 14, 29, load_f0, false, Link::restored},
    {"_restfpr_", 30, 31, load_f0, false, Link::restored},
    {"._savef", 14, 31, store_f0},
    {"._restf", 14, 31, load_f0},
    {"_savevr_", 20, 31, store_v0, true},
    {"_restvr_", 20, 31, load_v0, true},
}};

class Code {
 public:
  Code(std::string& bytes, bool is_big_endian) : bytes_(bytes), is_big_endian_(is_big_endian) {}

  /// Saves or restores one register.
  void move(const Family& family, unsigned number) {
    const unsigned distance = (registers - number) * (family.is_vector ? 16 : 8);
    const std::uint32_t offset = (0x10000 - distance) & 0xffff;
    if (family.is_vector) put(load_r12 + offset);
    put(family.instruction + (number << 21) + (family.is_vector ? 0 : offset));
  }

  /// The last register of a family, and what ends it.
  void end(const Family& family) {
    if (family.link == Link::restored) put(load_r0 + place_of_link);
    move(family, family.last);
    if (family.link == Link::saved) put(store_r0 + place_of_link);
    if (family.link == Link::restored) put(set_link);
    for (unsigned rest = family.last + 1; rest < registers; ++rest) move(family, rest);
    put(go_back);
  }

 private:
  void put(std::uint32_t instruction) {
    elf::append_number(bytes_, instruction, 4, is_big_endian_);
  }

  std::string& bytes_;
  bool is_big_endian_;
};

}  // namespace

SaveCode ppc64_save_code(bool is_big_endian,
                         const std::function<NameState(std::string_view)>& state_of) {
  SaveCode made;
  Code code(made.code, is_big_endian);
  for (const Family& family : families) {
    bool is_called = false;
    for (unsigned number = family.first; number <= family.last; ++number) {
      std::string name = fmt::format("{}{}", family.name, number);
      const NameState state = state_of(name);
      if (state == NameState::referred_to) is_called = true;
      if (!is_called) continue;
      if (state != NameState::defined)
        made.functions.push_back({std::move(name), made.code.size()});
      if (number == family.last)
        code.end(family);
      else
        code.move(family, number);
    }
  }
  return made;
}

}  // namespace kbx::link
