#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/link/relocate/wants.h"

namespace kbx::link {

struct EhFrameEdit;
struct InputFile;
struct MergedInput;
struct OutputSection;
struct SharedObject;
struct Symbol;

/// What layout wants to know of a section: the ELF flags and more, as bits. The names and their
/// meaning are those of the section flags in BFD's manual, since GNU ld decides by them.
enum Trait : std::uint32_t {
  trait_alloc = 1u << 0,
  trait_load = 1u << 1,
  trait_readonly = 1u << 2,
  trait_code = 1u << 3,
  trait_data = 1u << 4,
  trait_contents = 1u << 5,
  trait_relocated = 1u << 6,
  trait_debugging = 1u << 7,
  trait_merge = 1u << 8,
  trait_strings = 1u << 9,
  trait_group = 1u << 10,  // the SHT_GROUP section itself
  trait_link_once = 1u << 11,
  trait_thread_local = 1u << 12,
  trait_exclude = 1u << 13,
  trait_linker_created = 1u << 14,
  trait_small_data = 1u << 15,
  trait_never_load = 1u << 16,
  trait_keep = 1u << 17,
};
using Traits = std::uint32_t;

/// A SHT_REL or SHT_RELA section, seen from the section that it changes.
struct RelocationTable {
  std::string_view content;
  std::uint32_t index = 0;  // of its header; 0: there is none
  bool is_in_group = false;
};

/// A section of an input file that may become a part of the output.
struct InputSection {
  InputFile* file = nullptr;
  std::string_view name;
  std::uint32_t index = 0;  // of its header; 0: the linker made it
  std::uint32_t type = 0;   // SHT_*
  std::uint64_t flags = 0;  // SHF_*
  std::uint64_t address = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  Traits traits = 0;
  std::uint8_t alignment_power = 0;
  bool uses_rela = false;
  bool is_discarded = false;
  bool is_ordered = false;  // SHF_LINK_ORDER
  std::uint64_t size = 0;   // in the output; may differ from content.size() once it is edited
  std::uint64_t entry_size = 0;
  std::string_view content;  // empty without trait_contents
  RelocationTable rel;
  RelocationTable rela;
  InputSection* linked_to = nullptr;      // SHF_LINK_ORDER
  InputSection* next_in_group = nullptr;  // a ring; of the group's own section: a way into it
  InputSection* group = nullptr;          // the group's own section, of a member
  std::string_view group_name;            // the group's signature, of a member
  InputSection* kept = nullptr;           // what took the place of a discarded one
  EhFrameEdit* edit = nullptr;            // how .eh_frame shrinks
  MergedInput* merge = nullptr;           // where its strings or constants went

  const InputSection* unwind_end = nullptr;  // ARM: see end_unwind_index

  OutputSection* output = nullptr;  // null: not placed yet, or discarded
  std::uint64_t output_offset = 0;
  std::uint32_t first_rel = 0;  // where its relocations start in the output's tables
  std::uint32_t first_rela = 0;
  bool is_written = false;  // is part of an output section with content
  bool is_marked = false;   // --gc-sections: something needs it
  bool is_lent = false;     // its content goes into the file without a copy
  bool had_gap = false;     // some pass of the layout left a gap before it
};

/// Values of InputSymbol::section that stand for no section; SHN_LORESERVE and up as 32 bits.
constexpr std::uint32_t first_reserved_section = 0xffffff00;
constexpr std::uint32_t absolute_section = 0xfffffff1;
constexpr std::uint32_t common_section = 0xfffffff2;
constexpr std::uint32_t large_common_section = 0xffffff02;  // SHN_X86_64_LCOMMON

/// A symbol as its file has it, in this machine's byte order.
struct InputSymbol {
  std::string_view name;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint32_t section = 0;  // index of a section header, or one of the above
  std::uint8_t binding = 0;   // STB_*
  std::uint8_t type = 0;      // STT_*
  std::uint8_t other = 0;
  bool is_large = false;  // a common one of x86-64's large model; `section` is common_section
};

/// One program property (GNU_PROPERTY_*).
struct Property {
  std::uint32_t type = 0;
  std::uint32_t size = 0;  // of the value
  std::uint64_t value = 0;
  bool is_removed = false;
};

/// What needs ELFOSABI_GNU in the output's header.
enum GnuFeature : unsigned {
  gnu_mbind = 1,
  gnu_ifunc = 2,
  gnu_unique = 4,
  gnu_retain = 8,
};

/// An object file that takes part in the link. What it holds refers to the mapped content.
struct InputFile {
  std::string path;         // for messages: "lib.a(member.o)" for a member
  std::string symbol_name;  // what a STT_FILE symbol calls it: the name without folders
  std::string_view content;
  bool is_64bit = false;
  bool is_big_endian = false;
  bool is_binary = false;        // -b binary
  bool is_just_symbols = false;  // -R: nothing of its sections goes into the output
  std::uint16_t machine = 0;
  std::uint32_t number = 0;  // among all files, archives and members that GNU ld would open
  std::uint32_t elf_flags = 0;
  std::uint8_t os_abi = 0;
  std::uint8_t abi_version = 0;
  unsigned gnu_features = 0;
  bool is_hidden_library = false;       // --exclude-libs names its archive
  SharedObject* shared = nullptr;       // of a shared object: what more there is to it
  InputSection* commons = nullptr;      // if a common symbol was here first, or largest
  std::vector<InputSection*> sections;  // those that may be linked, in the order of BFD
  std::vector<InputSection*> by_index;  // null where there is none
  std::vector<InputSymbol> symbols;     // [0] is the empty one
  std::uint32_t first_global = 0;
  std::vector<Symbol*> globals;  // of symbols[first_global + i]
  /// The name_hash of their names; empty: not worked out, or no longer needed.
  std::vector<std::uint64_t> global_hashes;
  // Of final links: what relocations want of its local symbols, and where that is; empty: nothing.
  std::vector<Wants> local_wants;
  std::unordered_map<std::uint32_t, Places> local_places;
  std::vector<Property> properties;  // sorted by type
  std::uint32_t output_number = 0;   // in OutputPlan::files, from 1; 0: not there
  std::string archive_path;          // of a member: the archive, and its name there
  std::string member_name;

  InputSection* find(std::string_view name) const {
    for (InputSection* section : sections)
      if (section->name == name) return section;
    return nullptr;
  }
  InputSection* section_at(std::uint32_t index) const {
    return index < by_index.size() ? by_index[index] : nullptr;
  }
};

}  // namespace kbx::link
