#include "kbx/link/relocate/linkage.h"

#include <algorithm>
#include <bit>
#include <initializer_list>

#include <elf.h>

#include "kbx/link/arch/plt_unwind.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/layout/output_section.h"

namespace kbx::link {
namespace {

constexpr Traits table_traits =
    trait_alloc | trait_load | trait_contents | trait_data | trait_linker_created;

class Maker {
 public:
  Maker(Resolver& resolver, const FinalKind& kind, const ScanResult& scan)
      : resolver_(resolver), kind_(kind), scan_(scan), word_(kind.table_word) {}

  Linkage make() {
    for (InputFile* file : resolver_.files()) place_locals(*file, false);
    if (scan_.wants_own_module) place_own_module();
    place_copies();
    place_globals(false);
    if (kind_.machine.has_indirect_table) place_globals(true);
    for (InputFile* file : resolver_.files()) place_locals(*file, true);
    settle_descriptors();
    const bool has_indirect =
        indirect_count_ != 0 && (kind_.machine.has_table_always || scan_.wants_got);
    const bool has_tables = got_size_ != 0 || descriptor_count_ != 0 || plt_size_ != 0 ||
                            has_indirect || scan_.wants_got_base || makes_empty_plt() ||
                            (kind_.is_dynamic && kind_.machine.has_dynamic_table);
    const bool has_all = kind_.machine.has_table_always && resolver_.dynamic_owner();
    if (kind_.is_dynamic && has_all) make_plt();
    if (kind_.is_dynamic || has_all || has_thread_words())
      linkage_.sections.relocations = make_relocations(".rela.got", ".rel.got", 0);
    if (std::ranges::any_of(scan_.left, [&](const LeftRelocation& left) {
          return is_in_indirect_table(kind_, left);
        }))
      linkage_.sections.indirect_pointers = make_relocations(".rela.ifunc", ".rel.ifunc", 0);
    if (has_tables || has_all)
      make_tables(has_tables);
    else if (indirect_count_ != 0 || has_pointers())
      make_indirect();
    if (!has_tables) forget_table();
    return std::move(linkage_);
  }

 private:
  void place_globals(bool are_late) {
    const bool has_late = kind_.machine.has_indirect_table;
    resolver_.symbols().for_each([&](Symbol& symbol) {
      if (&symbol == scan_.unused_call && symbol.wants == 0) {
        leave_plt_room();
        linkage_.empty_plt_entries = 1;
      }
      if (symbol.wants == 0 || symbol.binding == Binding::indirect) return;
      Referent referent;
      referent.global = &symbol;
      referent.section = symbol.section;
      if ((has_late && is_own_indirect(referent)) != are_late) return;
      symbol.places = resolver_.arena().make<Places>(place(referent, symbol.wants));
    });
  }

  /// GNU ld keeps local functions that choose themselves with the global symbols, behind these.
  void place_locals(InputFile& file, bool are_late) {
    const bool has_late = kind_.machine.has_table_always || kind_.machine.has_indirect_table;
    for (std::uint32_t i = 0; i < file.local_wants.size(); ++i) {
      if (file.local_wants[i] == 0) continue;
      const bool is_late = has_late && file.symbols[i].type == STT_GNU_IFUNC;
      if (is_late == are_late) file.local_places[i] = place(refer(file, i), file.local_wants[i]);
    }
  }

  // Copies of data.

  /// What a shared object defines and code of a program refers to by its address gets a place in
  /// this output, as aligned as it was there; all names of it go with it.
  void place_copies() {
    const SymbolTable& symbols = resolver_.symbols();
    symbols.for_each([](Symbol& symbol) {
      if ((symbol.wants & want_copy) && symbol.strong)
        symbol.strong->wants = static_cast<Wants>(symbol.strong->wants | want_copy);
    });
    symbols.for_each([&](Symbol& symbol) {
      if (!(symbol.wants & want_copy) || symbol.strong || symbol.is_copied) return;
      linkage_.copies.push_back(&symbol);
      copy(symbol);
    });
    symbols.for_each([](Symbol& symbol) {
      if (!symbol.strong || !symbol.strong->is_copied || !is_from_shared(symbol)) return;
      symbol.section = symbol.strong->section;
      symbol.value = symbol.strong->value;
      symbol.is_copied = true;
    });
  }

  void copy(Symbol& symbol) {
    const InputSection* from = symbol.section;
    unsigned power = from ? from->alignment_power : 0u;
    while (power > 0 && (symbol.value & ((std::uint64_t{1} << power) - 1)) != 0) --power;
    const bool is_readonly = from && (from->traits & trait_readonly);
    InputSection*& to = is_readonly ? linkage_.sections.readonly_copies : linkage_.sections.copies;
    if (!to) {
      // .dynbss takes no room in the file, .data.rel.ro does.
      const Traits traits = is_readonly ? trait_alloc | trait_load | trait_contents | trait_data
                                        : Traits{trait_alloc};
      to = resolver_.add_section(*resolver_.dynamic_owner(),
                                 is_readonly ? ".data.rel.ro" : ".dynbss",
                                 traits | trait_linker_created);
      to->type = is_readonly ? SHT_PROGBITS : SHT_NOBITS;
      to->flags = SHF_ALLOC | SHF_WRITE;
    }
    to->alignment_power = std::max(to->alignment_power, static_cast<std::uint8_t>(power));
    const std::uint64_t mask = (std::uint64_t{1} << power) - 1;
    const std::uint64_t place = (to->size + mask) & ~mask;
    to->size = place + symbol.size;
    symbol.section = to;
    symbol.value = place;
    symbol.is_copied = true;
  }

  std::uint32_t take(LinkageEntry::Kind kind, const Referent& referent, unsigned words) {
    if (got_size_ == 0) got_size_ = kind_.machine.got_header * word_;
    const std::uint32_t offset = got_size_;
    linkage_.entries.push_back({kind, referent, offset, 0});
    got_size_ += words * word_;
    return offset;
  }

  void place_own_module() { linkage_.own_module = take(LinkageEntry::Kind::own_module, {}, 2); }

  Places place(const Referent& referent, Wants wants) {
    using Kind = LinkageEntry::Kind;
    Places places;
    const bool is_direct = (wants & want_plt) && may_be_direct(referent, wants);
    if ((wants & want_plt) && !is_direct) place_plt(referent, wants, places);
    if ((wants & want_got) && !goes_by_plt_word(referent, wants, places)) {
      places.got = take(Kind::address, referent, 1);
      if (is_chosen_in_got(kind_, referent, places)) ++indirect_words_;
    }
    if (is_direct) place_direct(referent, places);
    if (wants & want_module_offset) places.module_offset = take(Kind::module_offset, referent, 2);
    if (wants & want_thread_distance)
      places.thread_distance = take(Kind::thread_distance, referent, 1);
    if (wants & want_thread_offset) places.thread_offset = take(Kind::thread_offset, referent, 1);
    if (wants & want_descriptor) place_descriptor(referent, places);
    return places;
  }

  void place_descriptor(const Referent& referent, Places& places) {
    if (!kind_.machine.has_lazy_descriptors) {
      places.descriptor = take(LinkageEntry::Kind::descriptor, referent, 2);
      return;
    }
    // Among themselves; where the words of .plt end is not known yet.
    places.descriptor = 2 * word_ * descriptor_count_++;
    linkage_.entries.push_back({LinkageEntry::Kind::descriptor, referent, places.descriptor, 0});
  }

  /// Descriptors go behind the words of .plt.
  void settle_descriptors() {
    if (descriptor_count_ == 0) return;
    const std::uint32_t start = (kind_.machine.got_plt_header + got_plt_words_) * word_;
    for (InputFile* file : resolver_.files())
      for (auto& [index, places] : file->local_places)
        if (places.descriptor != Places::none) places.descriptor += start;
    resolver_.symbols().for_each([&](Symbol& symbol) {
      if (!symbol.places || symbol.places->descriptor == Places::none) return;
      Places places = *symbol.places;
      places.descriptor += start;
      symbol.places = resolver_.arena().make<Places>(places);
    });
    for (LinkageEntry& entry : linkage_.entries)
      if (entry.kind == LinkageEntry::Kind::descriptor) entry.offset += start;
    // On AArch64 the table is there even if descriptors are not resolved when they are first used.
    if (kind_.machine.guarded && plt_size_ == 0) plt_size_ = kind_.machine.plt_header_size;
    if (!kind_.machine.write_descriptor_entry || (kind_.options.dynamic_flags & DF_BIND_NOW))
      return;
    if (got_size_ == 0) got_size_ = kind_.machine.got_header * word_;
    linkage_.descriptor_got = got_size_;
    got_size_ += word_;
    if (plt_size_ == 0) plt_size_ = kind_.machine.plt_header_size;
    linkage_.descriptor_plt = plt_size_;
    // It is as large as the table's first entry, which it is like.
    plt_size_ += kind_.machine.plt_header_size;
  }

  /// A function that chooses itself needs no other word than its PLT entry's, unless its address is
  /// compared.
  bool goes_by_plt_word(const Referent& referent, Wants wants, const Places& places) const {
    const bool is_known = kind_.machine.has_table_always ? type_of(referent) == STT_GNU_IFUNC
                                                         : is_own_indirect(referent);
    if (!is_known || (!kind_.machine.has_table_always && !kind_.machine.has_indirect_table))
      return false;
    if (places.plt == Places::none && places.indirect == Places::none) return false;
    if (!kind_.is_position_independent) return !(wants & want_pointer);
    return !kind_.is_shared || !referent.global || !referent.global->is_dynamic ||
           referent.global->is_forced_local;
  }

  /// Where .got has the function's address anyway its PLT entry may go by that. An entry that is
  /// the function's address for everybody may not: the word would hold the entry's own address.
  bool may_be_direct(const Referent& referent, Wants wants) const {
    return kind_.machine.direct_entry_size != 0 && kind_.is_dynamic && (wants & want_got) &&
           !(wants & want_address) && type_of(referent) != STT_GNU_IFUNC;
  }

  void place_direct(const Referent& referent, Places& places) {
    const Machine& machine = kind_.machine;
    if (plt_size_ == 0) plt_size_ = machine.plt_header_size;
    places.direct = direct_size_;
    LinkageEntry entry;
    entry.kind = LinkageEntry::Kind::direct;
    entry.referent = referent;
    entry.offset = places.direct;
    entry.got_offset = places.got;
    linkage_.entries.push_back(entry);
    direct_size_ += machine.direct_entry_size;
    const bool is_reached =
        !kind_.is_shared && (machine.plt_is_relative || !kind_.is_position_independent);
    if (is_reached && referent.global)
      referent.global->wants = static_cast<Wants>(referent.global->wants | want_found);
  }

  /// A function that chooses itself has its entry apart, without a header, unless the output is
  /// dynamic.
  void place_plt(const Referent& referent, Wants wants, Places& places) {
    const bool is_open = is_preempted(kind_, referent);
    const bool is_apart = !is_open && !kind_.is_dynamic;
    const Machine& machine = kind_.machine;
    LinkageEntry entry;
    entry.referent = referent;
    entry.has_thumb_front = (wants & want_thumb_plt) && machine.plt_thumb_size != 0;
    const std::uint32_t front = entry.has_thumb_front ? machine.plt_thumb_size : 0;
    if (is_apart) {
      entry.kind = LinkageEntry::Kind::indirect;
      entry.offset = places.indirect = indirect_size_ + front;
      entry.got_offset = places.indirect_got = indirect_count_ * word_;
      indirect_size_ += front + machine.indirect_entry_size;
      ++indirect_count_;
    } else {
      if (plt_size_ == 0) plt_size_ = machine.plt_header_size;
      plt_size_ += front;
      entry.kind = LinkageEntry::Kind::plt;
      entry.offset = places.plt = plt_size_;
      entry.got_offset = places.got_plt = (machine.got_plt_header + got_plt_words_) * word_;
      if (machine.has_second_plt) entry.second_offset = places.second = second_size_;
      leave_plt_room();
      // There is nothing to bind an undefined weak function to.
      if (!is_open && type_of(referent) != STT_GNU_IFUNC) --bound_count_;
    }
    linkage_.entries.push_back(entry);
  }

  /// An entry of .plt, its word and its relocation.
  void leave_plt_room() {
    const Machine& machine = kind_.machine;
    if (plt_size_ == 0) plt_size_ = machine.plt_header_size;
    plt_size_ += machine.plt_entry_size;
    if (machine.has_second_plt) second_size_ += machine.direct_entry_size;
    ++got_plt_words_;
    ++bound_count_;
  }

  InputSection* make_section(std::string_view name, Traits traits, std::uint64_t size,
                             std::uint64_t entry_size) {
    InputSection* section =
        resolver_.add_section(*resolver_.dynamic_owner(), name, table_traits | traits);
    section->type = SHT_PROGBITS;
    section->alignment_power = word_ == 8 ? 3 : 2;
    section->size = size;
    section->entry_size = entry_size;
    return section;
  }

  InputSection* make_relocations(std::string_view rela, std::string_view rel, std::uint64_t count) {
    const bool uses_rela = kind_.machine.uses_rela;
    const std::uint64_t entry = std::uint64_t{uses_rela ? 3u : 2u} * kind_.word;
    InputSection* section =
        make_section(uses_rela ? rela : rel, trait_readonly, count * entry, entry);
    section->type = uses_rela ? SHT_RELA : SHT_REL;
    section->alignment_power = kind_.word == 8 ? 3 : 2;
    return section;
  }

  /// Assemblers name the table wherever code might need it.
  void forget_table() {
    Symbol* symbol = resolver_.symbols().find(got_symbol);
    if (symbol && is_unresolved(symbol->binding)) symbol->binding = Binding::fresh;
  }

  void make_tables(bool has_any) {
    const Machine& machine = kind_.machine;
    LinkageSections& sections = linkage_.sections;
    const std::uint32_t header = machine.got_header * word_;
    const bool has_entries = got_size_ != 0 || got_plt_words_ != 0 || descriptor_count_ != 0;
    if (has_any) got_size_ = std::max(got_size_, header);
    const bool says_word = machine.guarded || machine.drops_got_plt ||
                           (kind_.is_dynamic && (machine.has_table_always || makes_empty_plt()));
    if (got_size_ != 0 || machine.has_table_always)
      sections.got = make_section(".got", 0, got_size_, says_word ? word_ : 0u);
    if (has_entries || !machine.drops_got_plt) {
      const std::uint32_t words =
          has_any ? machine.got_plt_header + got_plt_words_ + 2 * descriptor_count_ : 0;
      sections.got_plt = make_section(".got.plt", 0, std::uint64_t{words} * word_, word_);
    }
    if (has_any && (scan_.wants_got || kind_.is_dynamic))
      define_table(machine.got_base_is_got_plt ? *sections.got_plt : *sections.got);
    if (indirect_count_ != 0 || (machine.has_table_always && !kind_.is_dynamic) || has_pointers())
      make_indirect();
    if (machine.has_table_always && kind_.is_dynamic)
      make_other_plts();
    else if (plt_size_ != 0 || makes_empty_plt() || (machine.has_dynamic_table && kind_.is_dynamic))
      make_plt();
  }

  bool has_thread_words() const {
    using Kind = LinkageEntry::Kind;
    return kind_.machine.keeps_thread_relocations &&
           std::ranges::any_of(linkage_.entries, [](const LinkageEntry& entry) {
             return entry.kind == Kind::thread_offset || entry.kind == Kind::module_offset;
           });
  }

  /// RISC-V: dynamic outputs have the table's symbol even if it has no entry, and is dropped.
  bool makes_empty_plt() const { return kind_.is_dynamic && kind_.machine.drops_got_plt; }

  void make_plt() {
    const Machine& machine = kind_.machine;
    LinkageSections& sections = linkage_.sections;
    sections.plt =
        make_section(".plt", trait_code | trait_readonly, plt_size_, machine.plt_section_entry);
    sections.plt->alignment_power = power(machine.plt_alignment);
    sections.plt_relocations =
        make_relocations(".rela.plt", ".rel.plt", bound_count_ + descriptor_count_);
    if (makes_empty_plt()) linkage_.plt_symbol = define("_PROCEDURE_LINKAGE_TABLE_", *sections.plt);
  }

  InputSection* make_direct_plt(std::string_view name, std::uint64_t size,
                                std::uint32_t alignment) {
    InputSection* section =
        make_section(name, trait_code | trait_readonly, size, kind_.machine.direct_entry_size);
    section->alignment_power = power(alignment);
    return section;
  }

  void make_other_plts() {
    const Machine& machine = kind_.machine;
    LinkageSections& sections = linkage_.sections;
    sections.direct_plt = make_direct_plt(".plt.got", direct_size_, machine.direct_entry_size);
    if (machine.has_second_plt)
      sections.second_plt = make_direct_plt(".plt.sec", second_size_, machine.plt_alignment);
    if (machine.plt_unwind.word == 0 || !kind_.options.generate_unwind_info) return;
    const auto make_unwind = [&] {
      InputSection* section = make_section(".eh_frame", trait_readonly, 0, 0);
      section->alignment_power = kind_.word == 8 ? 3 : 2;
      return section;
    };
    sections.plt_unwind = make_unwind();
    sections.direct_plt_unwind = make_unwind();
    if (machine.has_second_plt) sections.second_plt_unwind = make_unwind();
  }

  static std::uint8_t power(std::uint32_t alignment) {
    return static_cast<std::uint8_t>(std::countr_zero(alignment));
  }

  /// A static program asks functions that choose themselves for words of .got, or for pointers.
  bool has_pointers() const {
    if (kind_.is_dynamic || !kind_.machine.avoids_indirect_plt) return false;
    return indirect_words_ != 0 || std::ranges::any_of(scan_.left, [](const LeftRelocation& left) {
             return left.kind == LeftRelocation::Kind::indirect;
           });
  }

  void make_indirect() {
    LinkageSections& sections = linkage_.sections;
    const std::uint64_t count = indirect_count_;
    sections.indirect_plt = make_section(".iplt", trait_code | trait_readonly, indirect_size_, 0);
    sections.indirect_plt->alignment_power =
        indirect_count_ != 0 ? power(kind_.machine.indirect_alignment) : std::uint8_t{0};
    const auto is_pointer = [this](const LeftRelocation& left) {
      return left.kind == LeftRelocation::Kind::indirect && !kind_.is_dynamic;
    };
    const auto pointers = std::ranges::count_if(scan_.left, is_pointer);
    sections.indirect_relocations = make_relocations(
        ".rela.iplt", ".rel.iplt", count + indirect_words_ + static_cast<std::uint64_t>(pointers));
    sections.indirect_got = make_section(".igot.plt", 0, count * word_, 0);
  }

  void define_table(InputSection& section) { linkage_.table_symbol = define(got_symbol, section); }

  Symbol* define(std::string_view name, InputSection& section) {
    Symbol* symbol = resolver_.symbols().add(name);
    resolver_.note_made(*symbol, *section.file);
    symbol->binding = Binding::defined;
    symbol->section = &section;
    symbol->value = 0;
    symbol->type = STT_OBJECT;
    symbol->other = STV_HIDDEN;
    symbol->is_defined_in_object = true;
    symbol->is_forced_local = true;
    return symbol;
  }

  Resolver& resolver_;
  const FinalKind& kind_;
  const ScanResult& scan_;
  std::uint32_t word_;
  Linkage linkage_;
  std::uint32_t got_size_ = 0;
  std::uint32_t plt_size_ = 0;
  std::uint32_t direct_size_ = 0;    // of .plt.got
  std::uint32_t second_size_ = 0;    // of .plt.sec
  std::uint32_t bound_count_ = 0;    // entries of .plt with a relocation
  std::uint32_t got_plt_words_ = 0;  // behind the header
  std::uint32_t indirect_count_ = 0;
  std::uint32_t indirect_size_ = 0;     // of .iplt
  std::uint32_t indirect_words_ = 0;    // of .got, for functions that choose themselves
  std::uint32_t descriptor_count_ = 0;  // in .got.plt
};

}  // namespace

bool is_chosen_in_got(const FinalKind& kind, const Referent& referent, const Places& places) {
  const bool may_be = kind.machine.has_table_always || kind.machine.avoids_indirect_plt;
  return may_be && type_of(referent) == STT_GNU_IFUNC && places.plt == Places::none &&
         places.indirect == Places::none && !is_undefined(referent) &&
         !is_preempted(kind, referent);
}

bool is_in_indirect_table(const FinalKind& kind, const LeftRelocation& left) {
  return kind.machine.has_indirect_table && kind.is_position_independent &&
         (left.kind == LeftRelocation::Kind::indirect ||
          left.kind == LeftRelocation::Kind::symbolic) &&
         is_own_indirect(left.referent);
}

Linkage make_linkage(Resolver& resolver, const FinalKind& kind, const ScanResult& scan) {
  return Maker(resolver, kind, scan).make();
}

bool has_variant_calls(const Linkage& linkage) {
  constexpr std::uint8_t is_variant = 0x80;
  return std::ranges::any_of(linkage.entries, [](const LinkageEntry& entry) {
    const Symbol* symbol = entry.referent.global;
    return entry.kind == LinkageEntry::Kind::plt && symbol && symbol->type != STT_GNU_IFUNC &&
           (symbol->other & is_variant);
  });
}

void settle_tables(const Linkage& linkage, const FinalKind& kind, bool has_unwind_table,
                   Arena& arena) {
  const LinkageSections& sections = linkage.sections;
  const PltUnwind& unwind = kind.machine.plt_unwind;
  const auto describe = [&](InputSection* table, const InputSection* plt, const auto& make) {
    if (!table || !plt || plt->size == 0 || !plt->output || !has_unwind_table) return;
    table->content = arena.copy(make(unwind, plt->size));
    table->size = table->content.size();
  };
  describe(sections.plt_unwind, sections.plt, lazy_plt_unwind);
  describe(sections.direct_plt_unwind, sections.direct_plt, direct_plt_unwind);
  describe(sections.second_plt_unwind, sections.second_plt, direct_plt_unwind);
  const auto drop = [](std::initializer_list<InputSection*> empty) {
    for (InputSection* section : empty) {
      if (!section || section->size != 0) continue;
      section->is_discarded = true;
      section->entry_size = 0;
    }
  };
  drop({sections.got, sections.got_plt, sections.plt, sections.plt_relocations, sections.direct_plt,
        sections.second_plt, sections.indirect_plt, sections.indirect_got,
        sections.indirect_relocations, sections.plt_unwind, sections.direct_plt_unwind,
        sections.second_plt_unwind});
  if (Symbol* symbol = linkage.plt_symbol; symbol && symbol->section->is_discarded) {
    symbol->output_section = symbol->section->output;
    symbol->section = nullptr;
  }
}

}  // namespace kbx::link
