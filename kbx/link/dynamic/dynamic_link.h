#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/dynamic/versions.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/output/string_table.h"
#include "kbx/link/output/symbols.h"
#include "kbx/link/resolve/resolver.h"
#include "kbx/link/script/script.h"

namespace kbx::link {

/// The sections that make an output dynamic; null where it has none of the kind. They belong to
/// Resolver::dynamic_owner().
struct DynamicSections {
  InputSection* interpreter = nullptr;          // .interp
  InputSection* version_definitions = nullptr;  // .gnu.version_d
  InputSection* versions = nullptr;             // .gnu.version
  InputSection* version_needs = nullptr;        // .gnu.version_r
  InputSection* symbols = nullptr;              // .dynsym
  InputSection* strings = nullptr;              // .dynstr
  InputSection* dynamic = nullptr;              // .dynamic
  InputSection* hash = nullptr;                 // .hash
  InputSection* gnu_hash = nullptr;             // .gnu.hash
  InputSection* relr = nullptr;                 // .relr.dyn
};

/// What others made that .dynamic tells of. A null section, or one of size 0, gets no entry.
struct LinkageTables {
  InputSection* got_plt = nullptr;          // DT_PLTGOT: .got.plt, or .got where that is missing
  InputSection* plt_relocations = nullptr;  // DT_JMPREL: .rela.plt or .rel.plt
  std::uint64_t relocation_count = 0;       // dynamic relocations beside those
  bool has_text_relocations = false;        // DT_TEXTREL
  bool has_static_thread_model = false;     // DF_STATIC_TLS
  InputSection* descriptor_plt = nullptr;   // DT_TLSDESC_PLT, at this offset
  std::uint64_t descriptor_plt_offset = 0;
  InputSection* descriptor_got = nullptr;  // DT_TLSDESC_GOT
  std::uint64_t descriptor_got_offset = 0;
};

/// The part of a final link that makes its output dynamic, step by step. The steps are called in
/// the order in which they stand here. GNU ld 2.40's output is followed byte by byte.
class DynamicLink {
 public:
  DynamicLink(Resolver& resolver, const Options& options, const Say& say);

  /// True if the output has dynamic sections: a shared object, a pie, or one that uses shared
  /// objects. To be asked when all inputs are open.
  bool is_dynamic() const;

  /// 1. Reads --version-script, --dynamic-list and --export-dynamic-symbol-list; `versions` are
  /// those of linker scripts, which come first. Before the inputs are opened.
  void read_lists(const std::vector<const script::Version*>& versions);

  /// 2. Adds the sections, with size 0, when all inputs are open and before they are placed, and
  /// the symbol _DYNAMIC. Does nothing in a link that is not dynamic.
  const DynamicSections& add_sections();
  const DynamicSections& sections() const { return sections_; }

  /// 3. Gives each symbol its version, makes local what shall not be seen, and decides which are in
  /// .dynsym. `assignments` are those of the scripts in their order, --defsym's among them; what
  /// they define is defined by now. Before relocations are looked at. Throws Error as GNU ld does.
  void choose_symbols(const std::vector<const script::Assignment*>& assignments);

  /// A symbol that the relocation scan wants in .dynsym beside those.
  void record(Symbol& symbol);

  /// 4. Gives the sections their sizes when the relocations have been looked at; those that turn
  /// out empty are discarded (is_discarded). `section_count` is the number of section symbols in
  /// .dynsym (0 on x86).
  void size(const LinkageTables& tables);
  /// … once more for .relr.dyn alone, with the addresses of all relative relocations as they are
  /// now. True if its size changed: addresses must be assigned again.
  bool size_relr(std::vector<std::uint64_t> addresses);

  /// 5. Numbers of the symbols in .dynsym are in Symbol::dynamic_index from step 4 on.
  /// Fills the sections' content when addresses and the indexes of section headers are final.
  /// `adjust` may change what .dynsym says of a symbol (its PLT entry as address).
  void fill(const OutputSections& outputs,
            const std::function<void(const Symbol& symbol, OutputSymbol& output)>& adjust);

 private:
  void create(InputSection*& section, std::string_view name, Traits traits, unsigned power);
  void apply_lists(Symbol& symbol);
  void assign_version(Symbol& symbol);
  void export_symbol(Symbol& symbol);
  void number_symbols();
  void size_tables();
  void size_version_needs();
  void size_dynamic_entries(const LinkageTables& tables);

  struct Entry {
    std::int64_t tag = 0;
    std::uint64_t value = 0;
    std::uint32_t string = 0;  // of the StringTable, if it has one
  };

  Resolver& resolver_;
  const Options& options_;
  const Say& say_;
  DynamicSections sections_;
  VersionScripts scripts_;
  VersionPatterns dynamic_list_;
  VersionPatterns export_list_;
  std::vector<Symbol*> symbols_;  // by dynamic_index; [0] is null
  StringTable strings_;
  std::vector<Entry> entries_;
  LinkageTables tables_;
};

/// The words of .relr.dyn for relative relocations at these addresses, which are even (generic ABI,
/// "Relative Relocation Table"); `word` is 4 or 8.
std::vector<std::uint64_t> packed_relative(std::vector<std::uint64_t> addresses, unsigned word);

/// A dynamic relocation as .rela.dyn will have it.
struct DynamicRelocation {
  std::uint64_t address = 0;
  std::uint32_t symbol = 0;  // its dynamic_index
  std::uint32_t type = 0;
  std::int64_t addend = 0;
};

/// What -z combreloc makes of .rela.dyn: relative relocations first, by address, then the others by
/// symbol, then those of IFUNCs; `kind` tells which is which. Gives the number of relative ones,
/// for DT_RELACOUNT.
enum class RelocationKind : std::uint8_t { relative, normal, plt, copy, ifunc };
std::uint64_t combine(std::vector<DynamicRelocation>& relocations,
                      const std::function<RelocationKind(std::uint32_t type)>& kind);

}  // namespace kbx::link
