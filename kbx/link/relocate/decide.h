#pragma once
#include <cstdint>

#include "kbx/link/arch/arm_target.h"
#include "kbx/link/arch/machine.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/options.h"
#include "kbx/link/relocate/referent.h"

namespace kbx::link {

/// What every relocation of a final link is judged by.
struct FinalKind {
  const Machine& machine;
  const Options& options;
  bool is_position_independent = false;
  bool is_shared = false;
  bool is_dynamic = false;       // there are dynamic sections
  bool has_interpreter = false;  // … .interp among them
  unsigned word = 8;             // bytes of an address
  unsigned table_word = 8;       // … of a word of .got
  ArmTarget arm{};               // ARM: what the output's processors can do
};

/// What a relocation comes to.
struct Decision {
  Referent referent;
  std::uint32_t type = 0;  // as the machine simplifies it
  const Rule* rule = nullptr;
  bool is_rewritten = false;  // the code is changed to go by that type
  std::int64_t addend = 0;
  bool covers_next = false;  // the relocation behind it has gone
  bool is_preemptible = false;
};

/// Judges a relocation of `section`, which is in memory. `next_type` is that of the one behind it,
/// 0 if there is none; `has_addend`: the relocation itself carries it. The result is the same
/// whenever it is asked for between the choice of symbols and the end of the link. Throws Error if
/// the machine does not know the type, or the place is not in the section.
Decision decide(const FinalKind& kind, const InputSection& section, const Relocation& relocation,
                std::uint32_t next_type, bool has_addend);

/// True if another module may define it at run time. On x86 GNU ld 2.40 binds protected functions
/// here whatever is wanted of them.
bool is_preempted(const FinalKind& kind, const Referent& referent);

/// What was found so far that relocations want of it.
Wants wants_of(const InputFile& file, const Referent& referent);

/// What tells its symbol from all others.
inline const void* key_of(const Referent& referent) {
  return referent.global ? static_cast<const void*>(referent.global)
                         : static_cast<const void*>(referent.local);
}

/// True of a function that chooses itself (STT_GNU_IFUNC), in this output.
bool is_own_indirect(const Referent& referent);

/// How a relocation that wants a symbol's address (Origin::symbol) gets it.
enum class AddressFrom : std::uint8_t {
  link,      // it is known, or its distance is
  load,      // a relative dynamic relocation: the load address is added
  dynamic,   // a symbolic dynamic relocation
  resolver,  // an irelative one: what the function's resolver gives
  plt,       // the function's PLT entry in this output stands for it
  copy,      // the data is copied into this output
  nowhere,   // that is not possible in such an output
};
AddressFrom address_source(const FinalKind& kind, const InputSection& section,
                           const Decision& decision);

/// True if a program that is loaded at a known address gives what a shared object defines an
/// address of its own there: once code wants that, data goes by it too. Known when all is scanned.
bool has_own_address(const FinalKind& kind, const Referent& referent);

/// True if the symbol is, or is called as, a function: a PLT entry may stand for it, where data
/// would be copied. Known when all is scanned.
bool is_called(const Referent& referent);

/// On x86 a program that is loaded at a known address has the address 0 for an undefined weak
/// symbol wherever it is not taken from .got or .plt, even if the dynamic linker may find it.
bool is_weak_in_program(const FinalKind& kind, const Referent& referent);

/// True if the dynamic linker writes the distance of an undefined weak symbol that is 0 otherwise:
/// in a program of i386 that is loaded anywhere code branches to 0 that way, as in GNU ld 2.40.
bool keeps_distance(const FinalKind& kind, const Symbol& symbol);

/// True if the output's own thread-local words are left to the dynamic linker. A program's block
/// has a known place, but GNU ld 2.40 leaves that to it on RISC-V, too, if it is loaded anywhere.
bool leaves_own_threads(const FinalKind& kind);

/// True of a whole distance from its place, as a branch has it that does without a PLT entry.
bool is_distance(const Rule& rule);

/// True if the size of what another module may define is left to the dynamic linker.
bool is_size_left(const FinalKind& kind, const Decision& decision);

/// True of a part of an address in what is loaded anywhere, which -z noreloc-overflow lets pass. As
/// in GNU ld 2.40 one without a sign becomes a whole address once loaded; for others there is room
/// for a relocation that does nothing.
bool is_unchecked_part(const FinalKind& kind, const Decision& decision);

/// True of a number that is the same wherever the output is loaded. On AArch64 GNU ld 2.40 takes
/// one that others may see for an address.
bool stays_number(const FinalKind& kind, const Referent& referent);

/// True if the dynamic linker can write the value at a place that data may be pointed to from: an
/// address in a section that is writable. Of such a one a program needs no address of its own.
bool is_pointer(const InputSection& section, const Rule& rule);

/// Calls `work(relocation, next_type)` for each relocation of a section, in their order.
/// `work` gives true if the next one is to be passed over.
template <typename Shape, typename Entry, typename Work>
void walk_relocations(std::string_view table, const Work& work) {
  const std::size_t count = table.size() / sizeof(Entry);
  Relocation ahead;
  const auto load = [&](std::size_t i) {
    Entry raw;
    std::memcpy(&raw, table.data() + i * sizeof(Entry), sizeof raw);
    const auto info = Shape::native(raw.r_info);
    Relocation relocation;
    relocation.offset = Shape::native(raw.r_offset);
    relocation.symbol = RelocationInfo<Shape>::symbol(info, false);
    relocation.type = RelocationInfo<Shape>::type(info, false);
    if constexpr (sizeof(Entry) == sizeof(typename Shape::Rela))
      relocation.addend = Shape::native(raw.r_addend);
    return relocation;
  };
  if (count > 0) ahead = load(0);
  for (std::size_t i = 0; i < count; ++i) {
    const Relocation relocation = ahead;
    if (i + 1 < count) ahead = load(i + 1);
    if (!work(relocation, i + 1 < count ? ahead.type : std::uint32_t{0})) continue;
    ++i;
    if (i + 1 < count) ahead = load(i + 1);
  }
}

}  // namespace kbx::link
