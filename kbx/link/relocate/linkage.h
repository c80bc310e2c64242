#pragma once
#include <cstdint>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/relocate/decide.h"
#include "kbx/link/relocate/scan.h"
#include "kbx/link/resolve/resolver.h"

namespace kbx::link {

/// The tables through which code reaches what only the dynamic linker knows: .got, .got.plt, .plt;
/// and, for functions that choose themselves at run time (STT_GNU_IFUNC) in a static link, .iplt
/// and .igot.plt. Null where there is none.
struct LinkageSections {
  InputSection* got = nullptr;
  InputSection* got_plt = nullptr;
  InputSection* plt = nullptr;
  InputSection* direct_plt = nullptr;            // .plt.got
  InputSection* second_plt = nullptr;            // .plt.sec
  InputSection* indirect_plt = nullptr;          // .iplt
  InputSection* indirect_got = nullptr;          // .igot.plt
  InputSection* relocations = nullptr;           // .rela.dyn or .rel.dyn
  InputSection* plt_relocations = nullptr;       // .rela.plt
  InputSection* indirect_relocations = nullptr;  // .rela.iplt
  InputSection* indirect_pointers = nullptr;     // .rela.ifunc
  InputSection* copies = nullptr;                // .dynbss: copies of data of shared objects
  InputSection* readonly_copies = nullptr;       // .data.rel.ro: the same of what nothing changes
  InputSection* plt_unwind = nullptr;            // .eh_frame of .plt
  InputSection* direct_plt_unwind = nullptr;     // … of .plt.got
  InputSection* second_plt_unwind = nullptr;     // … of .plt.sec
};

/// Something of these tables that is to be filled.
struct LinkageEntry {
  enum class Kind : std::uint8_t {
    address,          // .got: the symbol's address
    thread_offset,    // .got
    thread_distance,  // .got
    module_offset,    // .got: two words
    own_module,       // .got: two words
    descriptor,       // .got, or .got.plt behind the words of .plt: two words
    plt,              // .plt and .got.plt, and .plt.sec if there is one
    direct,           // .plt.got, for a word that .got has anyway
    indirect,         // .iplt and .igot.plt
  };
  Kind kind = Kind::address;
  Referent referent;
  std::uint32_t offset = 0;         // in .got, .plt, .plt.got or .iplt
  std::uint32_t got_offset = 0;     // in .got.plt, .got or .igot.plt
  std::uint32_t second_offset = 0;  // in .plt.sec
  bool has_thumb_front = false;     // ARM: there is Thumb code in front of it
};

/// The tables of a link with all that is in them.
struct Linkage {
  LinkageSections sections;
  std::vector<LinkageEntry> entries;
  std::vector<Symbol*> copies;
  std::uint32_t own_module = Places::none;  // in .got
  // Through which descriptors are resolved when they are first used: in .plt, and its word in .got.
  std::uint32_t descriptor_plt = Places::none;
  std::uint32_t descriptor_got = Places::none;
  std::uint32_t empty_plt_entries = 0;
  Symbol* table_symbol = nullptr;  // _GLOBAL_OFFSET_TABLE_
  Symbol* plt_symbol = nullptr;    // _PROCEDURE_LINKAGE_TABLE_
};

/// Gives everything that the scan wants its place, and makes the sections with their sizes; to be
/// called before sections are placed. The order is GNU ld's: local symbols file by file, the pair
/// of local dynamic, global ones in the order of their table. Sections that stay empty are among
/// them, as they are among GNU ld's when it places sections; settle_tables takes them out.
Linkage make_linkage(Resolver& resolver, const FinalKind& kind, const ScanResult& scan);

/// True if the symbol's word in .got holds what the function chooses: on x86 and RISC-V, without a
/// PLT entry.
bool is_chosen_in_got(const FinalKind& kind, const Referent& referent, const Places& places);

/// True if what is left to the dynamic linker is told in .rela.ifunc.
bool is_in_indirect_table(const FinalKind& kind, const LeftRelocation& left);

/// True if a function that has an entry of .plt keeps other registers than the calling convention
/// says, or less: its symbol is marked (STO_RISCV_VARIANT_CC).
bool has_variant_calls(const Linkage& linkage);

/// When sections are placed: gives the PLTs unwind tables if the output has others
/// (`has_unwind_table`), and takes empty tables out.
void settle_tables(const Linkage& linkage, const FinalKind& kind, bool has_unwind_table,
                   Arena& arena);

}  // namespace kbx::link
