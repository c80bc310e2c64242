#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/link/dynamic/hash_tables.h"
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
/// Resolver::dynamic_owner(), in this order. Their InputSection::info is sh_info; what their
/// sh_link is follows from the type (.dynsym for .hash, .gnu.hash and .gnu.version, else .dynstr).
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
  InputSection* plt = nullptr;              // DT_PLTGOT is there if this is not empty
  InputSection* plt_relocations = nullptr;  // DT_JMPREL: .rela.plt or .rel.plt
  // DT_JMPREL and DT_PLTRELSZ are of the whole output section that has it, as on x86.
  bool names_plt_output = false;
  bool uses_rela = true;
  bool has_relocations = false;            // dynamic ones beside those: DT_RELA
  bool counts_plt_relocations = false;     // … covers those of the PLT, too
  bool has_text_relocations = false;       // DT_TEXTREL
  bool has_static_thread_model = false;    // DF_STATIC_TLS
  InputSection* descriptor_plt = nullptr;  // DT_TLSDESC_PLT, at this offset
  std::uint64_t descriptor_plt_offset = 0;
  InputSection* descriptor_got = nullptr;  // DT_TLSDESC_GOT
  std::uint64_t descriptor_got_offset = 0;
  std::int64_t variant_calls = 0;  // DT_*: functions in .plt have calling conventions of their own
  std::vector<std::int64_t> plt_tags;  // what else the machine says of .plt, if there is one
  std::vector<const OutputSection*> section_symbols;  // .dynsym has symbols for them
  std::string_view interpreter;                       // what .interp says without --dynamic-linker
};

/// The part of a final link that makes its output dynamic, step by step. The steps are called in
/// the order in which they stand here. GNU ld 2.40's output is followed byte by byte.
class DynamicLink {
 public:
  DynamicLink(Resolver& resolver, const Options& options, const Say& say)
      : resolver_(resolver), options_(options), say_(say) {}

  /// 1. Reads --version-script, --dynamic-list and --export-dynamic-symbol-list; `versions` are
  /// those of linker scripts, which come first.
  void read_lists(const std::vector<const script::Version*>& versions);

  /// True if a version script keeps the name, which has no version of its own, to the output.
  bool is_hidden_by_version(std::string_view name) {
    return name.find('@') == std::string_view::npos && scripts_.find(name).is_hidden;
  }

  /// True if the output has dynamic sections: a shared object, a pie, one that uses shared objects,
  /// or one that exports symbols without a dynamic linker. To be asked when all inputs are open.
  bool is_dynamic() const;

  /// 2. Adds the sections, with size 0, when all inputs are open and before they are placed, and
  /// the symbol _DYNAMIC. Does nothing in a link that is not dynamic.
  const DynamicSections& add_sections();
  const DynamicSections& sections() const { return sections_; }

  /// 3. Gives each symbol its version, makes local what shall not be seen, and decides which are in
  /// .dynsym. `assignments` are those of the scripts in their order, --defsym's among them; what
  /// they define is defined by now. After common symbols have their places
  /// (Resolver::place_commons) and before relocations are looked at; to be called in links that are
  /// not dynamic too. `section_bounds`: names of SectionBounds of which shared objects know. Throws
  /// Error as GNU ld does.
  void choose_symbols(const std::vector<const script::Assignment*>& assignments,
                      const std::vector<Symbol*>& section_bounds);

  /// A symbol that the relocation scan wants in .dynsym beside those: an undefined weak one in a
  /// program (see is_zero).
  void record(Symbol& symbol) { resolver_.record_dynamic(symbol); }

  /// 4. Gives the sections their sizes, and Symbol::dynamic_index, when the relocations have been
  /// looked at; those that turn out empty are discarded (is_discarded). Needs the output's
  /// .init_array and its like: whether they have input.
  void size(const LinkageTables& tables, const OutputSections& outputs);

  /// … .relr.dyn alone, with the addresses of all relative relocations as they are now. True if its
  /// size changed: addresses must be assigned again.
  bool size_relr(const std::vector<std::uint64_t>& addresses);

  /// 5. Fills the sections' content when addresses and the indexes of section headers are final.
  /// `relative_count` is what combine gave; `adjust` may change what .dynsym says of a symbol (its
  /// PLT entry as address). `relocation_sections` are the output's that are in memory.
  void fill(const OutputSections& outputs, std::uint64_t relative_count,
            const std::vector<const OutputSection*>& relocation_sections,
            const std::function<void(const Symbol& symbol, OutputSymbol& output)>& adjust);

  /// The symbols in .dynsym by their index; those of sections, which come first, are null.
  const std::vector<Symbol*>& symbols() const { return symbols_; }

 private:
  struct Entry {
    std::int64_t tag = 0;
    std::uint64_t value = 0;
    std::uint32_t string = 0;               // of the StringTable; its offset is the value
    std::string_view path;                  // what it will be, behind the names of versions
    const InputSection* section = nullptr;  // its address is added
    const OutputSection* output = nullptr;
    const Symbol* symbol = nullptr;
  };
  struct NeededVersion {
    const InputFile* file = nullptr;
    std::uint32_t file_name = 0;
    struct Version {
      std::uint16_t shared_number = 0;
      std::uint16_t number = 0;
      std::uint32_t name = 0;
      std::string_view text;
      std::uint16_t flags = 0;
    };
    std::vector<Version> versions;
  };

  InputSection* create(std::string_view name, Traits traits, unsigned power, std::uint64_t entry);
  void read_dynamic_lists();
  void record_assignments(const std::vector<const script::Assignment*>& assignments);
  void fix_flags(Symbol& symbol) const;
  void mark_listed(Symbol& symbol);
  void export_symbols();
  void mark_versioned_names();
  void assign_version(Symbol& symbol);
  void assign_named_version(Symbol& symbol, std::size_t at);
  void check_versions();
  static void hide(Symbol& symbol);
  static void make_hidden(Symbol& symbol);

  void drop_zeros();
  void add_names(std::size_t from, std::size_t to);
  void add_needed();
  void add_tag(std::int64_t tag, std::uint64_t value = 0);
  void add_tag(std::int64_t tag, const InputSection* section);
  void add_tag(std::int64_t tag, std::string_view text);
  void add_path_tags();
  void add_paths();
  void add_function_tags(const OutputSections& outputs);
  void add_table_tags();
  void add_relocation_tags(const LinkageTables& tables);
  void add_general_relocation_tags(const LinkageTables& tables);
  void add_flag_tags(const LinkageTables& tables);
  void define_versions();
  void need_versions();
  void add_relr_version(std::uint16_t& next);
  std::size_t first_named() const { return 1 + tables_.section_symbols.size(); }
  void number_symbols();
  void number_for_gnu_hash();
  std::uint32_t buckets_for(const std::vector<Symbol*>& symbols,
                            std::uint32_t (*hash)(std::string_view name), bool is_gnu) const;

  bool is_findable(const Symbol& symbol) const;
  OutputSymbol output_symbol(const Symbol& symbol, const OutputSections& outputs) const;
  std::uint16_t version_of(const Symbol& symbol) const;
  const OutputSection* first_thread_local(const OutputSections& outputs) const;
  std::string symbol_bytes(
      const OutputSections& outputs,
      const std::function<void(const Symbol& symbol, OutputSymbol& output)>& adjust) const;
  std::string version_bytes() const;
  std::string definition_bytes() const;
  std::string need_bytes() const;
  std::string hash_bytes() const;
  std::string dynamic_bytes(std::uint64_t relative_count,
                            const std::vector<const OutputSection*>& relocation_sections) const;
  std::string_view keep(std::string bytes);
  void set_content(InputSection* section, std::string bytes);

  Resolver& resolver_;
  const Options& options_;
  const Say& say_;
  DynamicSections sections_;
  LinkageTables tables_;
  VersionScripts scripts_;
  NamePatterns dynamic_list_;
  std::size_t loaded_names_ = 0;  // those that inputs brought
  std::size_t names_before_tags_ = 0;
  std::size_t chosen_names_ = 0;  // the others were recorded by relocations
  std::deque<std::string> texts_;
  std::vector<Symbol*> symbols_;  // of .dynsym; null: a section's
  std::size_t first_global_ = 1;
  std::vector<std::uint32_t> symbol_names_;  // the same, of strings_
  std::vector<HashedSymbol> found_;          // those of .gnu.hash, by index
  StringTable strings_;
  std::vector<Entry> entries_;
  std::uint32_t base_version_ = 0;  // the name of the output in .gnu.version_d
  std::string base_name_;
  std::map<const DefinedVersion*, std::uint32_t> version_names_;
  std::vector<NeededVersion> needs_;
  std::uint16_t definition_count_ = 0;
  std::uint32_t hash_buckets_ = 0;
  GnuHashShape gnu_hash_;
  std::vector<std::uint64_t> relr_;
};

/// Defines a name that stands for a section the linker makes: _DYNAMIC, _GLOBAL_OFFSET_TABLE_. It
/// is local in the output.
Symbol& define_linkage_symbol(Resolver& resolver, InputSection& section, std::string_view name);

}  // namespace kbx::link
