#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <elf.h>

#include "kbx/base/arena.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/output/symbols.h"

namespace kbx::link {

/// The section headers of the output: in which order, with what they say, and where in the file
/// their sections lie.
class Headers {
 public:
  Headers(OutputSections& sections, std::size_t rel_size, std::size_t rela_size, bool is_64bit,
          std::uint16_t machine, bool packs_debug)
      : sections_(sections),
        rel_size_(rel_size),
        rela_size_(rela_size),
        is_64bit_(is_64bit),
        machine_(machine),
        packs_debug_(packs_debug) {}

  /// Numbers the sections and fills in what does not depend on symbols. Needs the counts of
  /// relocations.
  void number();

  /// The file is an executable or a shared object: sections with a file offset have their place,
  /// and everything else goes behind `end`. Without `has_symbols` there is no symbol table (-s).
  void set_final(std::uint64_t end, bool has_symbols) {
    is_final_ = true;
    end_ = end;
    has_symbols_ = has_symbols;
  }

  /// Places everything in the file. Needs the sizes of relocation sections and all symbols.
  void finish(std::size_t header_size, std::size_t symbol_size, std::size_t section_size,
              OutputSymbols& symbols,
              const std::unordered_map<const OutputSection*, std::uint32_t>& signatures);

  /// True if the section is to be packed once it is written; it has no name until then, and lies
  /// behind the symbol table, like the relocations.
  bool is_packed_later(const OutputSection& section) const;

  /// Places what lies behind the symbol table's names once more, when the sizes and names of packed
  /// sections are known: `name` gives a section's.
  void finish_packed(std::size_t section_size,
                     const std::function<std::string(const OutputSection&)>& name);

  /// How many bytes more than file_size the file may have before finish_packed.
  std::uint64_t packing_slack() const;

  /// True if the header's content is placed behind the symbol table's names.
  bool is_placed_late(std::uint32_t index) const;

  /// The indices of a group's sections, from the last to the first.
  std::vector<std::uint32_t> group_members(const OutputSection& group) const;

  /// True if a build ID covers the section's content.
  bool is_hashed(std::uint32_t index) const {
    return index != symbols_index && index != strings_index && index != names_index &&
           index != extended_index && index != 0;
  }

  std::vector<Elf64_Shdr> table;         // sh_name is an offset once finished
  std::vector<OutputSection*> by_index;  // null for relocations and tables
  std::uint32_t symbols_index = 0;
  std::uint32_t extended_index = 0;  // SHT_SYMTAB_SHNDX, if there are so many sections
  std::uint32_t strings_index = 0;
  std::uint32_t names_index = 0;
  std::uint64_t late_offset = 0;  // where what is_placed_late starts
  std::uint64_t table_offset = 0;
  std::uint64_t file_size = 0;
  StringTable names;
  unsigned threads = 1;  // that work on the string tables

 private:
  /// What `names` calls a section's name and those of its relocations; 0: it has none yet.
  struct NameNumbers {
    std::uint32_t own = 0;
    std::uint32_t rel = 0;
    std::uint32_t rela = 0;
  };

  std::uint32_t add(std::uint32_t name, std::uint32_t type);
  NameNumbers add_names(const OutputSection& section);
  std::string_view made_name(std::string_view start, std::string_view end);
  void add_section(OutputSection& section, std::uint32_t name);
  void add_relocations(OutputSection& section, std::uint32_t name, bool is_rela);
  void fill(const OutputSection& section, Elf64_Shdr& header) const;
  void link_sections();
  std::uint64_t place(Elf64_Shdr& header, std::uint64_t offset) const;
  std::uint64_t place_symbols(std::size_t symbol_size, OutputSymbols& symbols,
                              std::uint64_t offset);
  void link_dynamic_sections();
  void finish_names();
  void finish_late(std::size_t section_size);
  bool is_group(const OutputSection& section) const;
  void mark_group_relocations();

  OutputSections& sections_;
  std::size_t rel_size_;
  std::size_t rela_size_;
  bool is_64bit_;
  std::uint16_t machine_;
  bool packs_debug_;
  bool is_final_ = false;
  std::uint64_t end_ = 0;
  bool has_symbols_ = true;
  Arena made_names_;
};

}  // namespace kbx::link
