#include "kbx/link/relocate/fill.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

#include <elf.h>

#include "kbx/link/arch/plt_unwind.h"
#include "kbx/link/dynamic/preemption.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/relocate/decide.h"

/// The contents of the tables of dynamic linking, after the processor supplements: what the link
/// knows stands in .got; of everything else there is a dynamic relocation.
namespace kbx::link {
namespace {

constexpr std::uint64_t own_module_number = 1;  // of an executable, in the dynamic linker's count

/// On x86 GNU ld names a thread-local symbol of .dynsym even where nothing can preempt it.
bool is_named(const FinalKind& kind, const Referent& referent) {
  if (is_preempted(kind, referent)) return true;
  return kind.machine.has_table_always && kind.is_shared && referent.global &&
         referent.global->is_dynamic && !referent.global->is_forced_local;
}

/// What a script defines later counts as defined: room for its relocations is made before.
bool is_nothing(const Referent& referent) {
  return (is_undefined(referent) || is_undefined_weak(referent)) &&
         !referent.global->is_defined_in_object;
}

/// What one word of .got holds, and who has the last word on it.
struct Word {
  std::uint64_t value = 0;
  std::uint32_t type = 0;  // of its dynamic relocation; 0: none
  std::uint32_t symbol = 0;
  std::int64_t addend = 0;
};

class Words {
 public:
  explicit Words(const Applying& applying) : applying_(applying), kind_(applying.kind) {}

  /// The one or two words of an entry of .got.
  std::vector<Word> of(const LinkageEntry& entry) const {
    const Referent& referent = entry.referent;
    const DynamicTypes& types = kind_.machine.dynamic;
    const bool is_dynamic = entry.kind == LinkageEntry::Kind::address
                                ? is_preempted(kind_, referent)
                                : is_named(kind_, referent);
    const std::uint64_t address = address_of(referent, 0);
    const LinkedAddresses& at = applying_.at;
    switch (entry.kind) {
      case LinkageEntry::Kind::address:
        return {address_word(referent, is_dynamic)};
      case LinkageEntry::Kind::thread_offset:
        if (!is_dynamic && !leaves_own_threads(kind_))
          return {{address - at.thread_pointer, 0, 0, 0}};
        return {dynamic_word(types.thread_offset, referent, is_dynamic, address - at.thread_start)};
      case LinkageEntry::Kind::thread_distance:
        if (!is_dynamic && !leaves_own_threads(kind_))
          return {{at.thread_pointer - address, 0, 0, 0}};
        return {
            dynamic_word(types.thread_distance, referent, is_dynamic, at.thread_start - address)};
      case LinkageEntry::Kind::module_offset:
        return module_words(referent, is_dynamic, address);
      case LinkageEntry::Kind::own_module:
        if (!kind_.is_shared) return {{own_module_number, 0, 0, 0}, {}};
        return {dynamic_word(types.module, {}, false, 0), {}};
      case LinkageEntry::Kind::descriptor:
        return descriptor_words(
            dynamic_word(types.descriptor, referent, is_dynamic, address - at.thread_start));
      case LinkageEntry::Kind::plt:
      case LinkageEntry::Kind::direct:
      case LinkageEntry::Kind::indirect:
        break;
    }
    return {};
  }

 private:
  /// A relocation without an addend of its own adds to the second word.
  static std::vector<Word> descriptor_words(Word word) {
    Word second;
    std::swap(second.value, word.value);
    return {word, second};
  }

  Word address_word(const Referent& referent, bool is_dynamic) const {
    const DynamicTypes& types = kind_.machine.dynamic;
    if (is_dynamic) return dynamic_word(types.got, referent, true, 0);
    const Places* const places = entry_places(referent);
    const std::uint64_t address = address_for(applying_, referent, places);
    if (places && is_chosen_in_got(kind_, referent, *places))
      return dynamic_word(types.indirect, referent, false, address);
    if (!kind_.is_position_independent || is_number(referent) || is_nothing(referent))
      return {address, 0, 0, 0};
    return {address, types.relative, 0, static_cast<std::int64_t>(address)};
  }

  /// On x86 GNU ld adds the load address to what a script defines, even if that is a number.
  bool is_number(const Referent& referent) const {
    const bool is_from_script = referent.global && referent.global->is_from_script;
    return is_absolute(referent) && !(kind_.machine.has_table_always && is_from_script);
  }

  static const Places* entry_places(const Referent& referent) {
    if (referent.global) return referent.global->places;
    if (!referent.local || !referent.section) return nullptr;
    const auto& places = referent.section->file->local_places;
    const auto found = places.find(referent.index);
    return found == places.end() ? nullptr : &found->second;
  }

  Word dynamic_word(std::uint32_t type, const Referent& referent, bool is_dynamic,
                    std::uint64_t value) const {
    if (is_dynamic) return {0, type, referent.global->dynamic_index, 0};
    return {kind_.machine.uses_rela ? 0 : value, type, 0, static_cast<std::int64_t>(value)};
  }

  std::vector<Word> module_words(const Referent& referent, bool is_dynamic,
                                 std::uint64_t address) const {
    const DynamicTypes& types = kind_.machine.dynamic;
    const std::uint64_t offset =
        address - applying_.at.thread_start - kind_.machine.module_offset_bias;
    if (is_dynamic)
      return {dynamic_word(types.module, referent, true, 0),
              dynamic_word(types.module_offset, referent, true, 0)};
    if (leaves_own_threads(kind_))
      return {dynamic_word(types.module, {}, false, 0), {offset, 0, 0, 0}};
    return {{own_module_number, 0, 0, 0}, {offset, 0, 0, 0}};
  }

  const Applying& applying_;
  const FinalKind& kind_;
};

/// Of a packed relocation .relr.dyn has the place only; what is added stands there.
bool is_packed(const FinalKind& kind, const Word& word) {
  return kind.options.relr && word.type != 0 && word.type == kind.machine.dynamic.relative;
}

/// True if the dynamic linker is told the name of a PLT entry's function; else it knows where that
/// is, or what tells it.
bool is_bound_by_name(const FinalKind& kind, const Referent& referent) {
  if (!kind.machine.has_indirect_table || !is_own_indirect(referent))
    return is_preempted(kind, referent);
  const Symbol* const symbol = referent.global;
  return symbol && kind.is_shared && symbol->is_dynamic && !symbol->is_forced_local &&
         (symbol->other & 3u) == STV_DEFAULT;
}

/// An undefined weak function that is 0 for good keeps its entry, but there is nothing to bind.
bool is_unreachable(const FinalKind& kind, const Referent& referent) {
  return type_of(referent) != STT_GNU_IFUNC && !is_preempted(kind, referent);
}

/// The order in which GNU ld binds PLT entries, and the words of functions that choose themselves:
/// it looks at global symbols that became local, at local ones, and at the others; or goes by .plt.
std::vector<const LinkageEntry*> in_binding_order(const FinalKind& kind,
                                                  const std::vector<LinkageEntry>& entries) {
  const bool binds_words = kind.machine.has_table_always;
  std::vector<const LinkageEntry*> all;
  for (const LinkageEntry& entry : entries) all.push_back(&entry);
  if (kind.machine.has_indirect_table) return all;
  std::ranges::stable_sort(all, {}, [&](const LinkageEntry* entry) {
    const bool is_word = binds_words && entry->kind == LinkageEntry::Kind::address &&
                         type_of(entry->referent) == STT_GNU_IFUNC;
    if (!is_word && entry->kind != LinkageEntry::Kind::plt &&
        entry->kind != LinkageEntry::Kind::indirect)
      return 0;
    const Symbol* symbol = entry->referent.global;
    return !symbol ? 2 : symbol->is_forced_local ? 1 : 3;
  });
  return all;
}

std::uint64_t start_of(InputSection* section) {
  return section && section->output ? address_in(*section, 0) : 0;
}

bool is_plt(const LinkageEntry& entry) {
  return entry.kind == LinkageEntry::Kind::plt || entry.kind == LinkageEntry::Kind::indirect;
}

using OnRelative = std::function<void(const RelativeRelocation&)>;

void add_plt(const Applying& applying, const LinkageEntry& entry, const OnRelative& on_relative,
             DynamicRelocations& all) {
  const LinkageSections& sections = applying.linkage.sections;
  const DynamicTypes& types = applying.kind.machine.dynamic;
  const Referent& referent = entry.referent;
  DynamicRelocation relocation;
  if (entry.kind == LinkageEntry::Kind::indirect) {
    relocation.address = start_of(sections.indirect_got) + entry.got_offset;
    relocation.type = types.indirect;
    relocation.addend = static_cast<std::int64_t>(address_of(referent, 0));
    if (on_relative) on_relative({relocation, referent, *sections.indirect_relocations});
    all.indirect.push_back(relocation);
    return;
  }
  if (is_unreachable(applying.kind, referent)) return;
  relocation.address = start_of(sections.got_plt) + entry.got_offset;
  if (is_bound_by_name(applying.kind, referent)) {
    relocation.type = types.jump;
    relocation.symbol = referent.global->dynamic_index;
  } else {
    relocation.type = types.indirect;
    relocation.addend = static_cast<std::int64_t>(address_of(referent, 0));
    if (on_relative) on_relative({relocation, referent, *sections.plt_relocations});
  }
  all.plt.push_back(relocation);
}

void add_left(const Applying& applying, const LeftRelocation& left, const OnRelative& on_relative,
              DynamicRelocations& all) {
  InputSection& section = *left.section;
  if (section.is_discarded || !section.output) {
    // GNU ld makes room before scripts discard anything, and gives none back but on x86.
    if (left.referent.global && !applying.kind.machine.has_table_always) all.general.emplace_back();
    return;
  }
  std::uint64_t offset = left.offset;
  if (section.edit && !moved_offset(*section.edit, offset)) return;
  if (left.referent.section && left.referent.section->is_discarded) return;
  if (section.output->traits & trait_readonly) all.has_text_relocations = true;
  const DynamicTypes& types = applying.kind.machine.dynamic;
  DynamicRelocation relocation;
  relocation.address = start_of(section) + offset;
  const std::uint64_t address =
      address_of(left.referent, left.addend) + static_cast<std::uint64_t>(left.addend);
  // x32: GNU ld takes 64 bits of an address alone for its 32.
  const bool is_wide =
      types.relative_wide != 0 && applying.kind.machine.rule(left.type)->size > applying.kind.word;
  const bool is_address = applying.kind.machine.rule(left.type)->origin == Origin::symbol;
  switch (left.kind) {
    case LeftRelocation::Kind::nothing:
      relocation = {};
      break;
    case LeftRelocation::Kind::relative:
      relocation.type = types.relative;
      if (is_wide && left.addend != 0) relocation.type = types.relative_wide;
      relocation.addend = static_cast<std::int64_t>(address);
      // What a script makes a number of after all keeps the room that it was given.
      if (is_address && !applying.kind.options.relr && stays_number(applying.kind, left.referent)) {
        relocation = {};
        break;
      }
      if (on_relative) on_relative({relocation, left.referent, section, &left});
      if (applying.kind.options.relr && relocation.type == types.relative && is_address &&
          section.alignment_power > 0 && offset % 2 == 0) {
        all.relative.push_back(relocation.address);
        return;
      }
      break;
    case LeftRelocation::Kind::symbolic:
    case LeftRelocation::Kind::thread:
      relocation.type = is_wide && left.addend == 0 ? types.address : left.type;
      relocation.symbol = left.referent.global->dynamic_index;
      relocation.addend = left.addend;
      break;
    case LeftRelocation::Kind::indirect:
      relocation.type = types.indirect;
      relocation.addend = static_cast<std::int64_t>(address);
      if (on_relative) on_relative({relocation, left.referent, section, &left});
      break;
  }
  (is_in_indirect_table(applying.kind, left) ? all.pointers : all.general).push_back(relocation);
}

/// On RISC-V GNU ld keeps room for the relocations of thread-local words of .got, whether they need
/// any or not.
std::size_t relocations_kept_for(const FinalKind& kind, const LinkageEntry& entry) {
  if (!kind.machine.keeps_thread_relocations) return 0;
  if (entry.kind == LinkageEntry::Kind::module_offset) return entry.referent.global ? 2 : 1;
  return entry.kind == LinkageEntry::Kind::thread_offset ? 1 : 0;
}

/// Resolvers are called from the last one to the first, behind everything that they may need.
void call_in_reverse(const Applying& applying, const std::vector<DynamicRelocation>& words,
                     const std::vector<DynamicRelocation>& pointers, DynamicRelocations& all) {
  std::ranges::reverse(all.indirect);
  all.indirect.insert(all.indirect.begin(), words.begin(), words.end());
  all.indirect.insert(all.indirect.begin(), pointers.begin(), pointers.end());
  const auto resolved =
      std::stable_partition(all.plt.begin(), all.plt.end(), [&](const DynamicRelocation& each) {
        return each.type != applying.kind.machine.dynamic.indirect;
      });
  std::reverse(resolved, all.plt.end());
  all.plt.insert(resolved, applying.linkage.empty_plt_entries, DynamicRelocation{});
}

}  // namespace

DynamicRelocations dynamic_relocations(const Applying& applying, const ScanResult& scan,
                                       const OnRelative& on_relative) {
  DynamicRelocations all;
  std::vector<std::pair<const void*, DynamicRelocation>> descriptors;
  const Words words(applying);
  std::vector<DynamicRelocation> chosen;  // words of .got, in a static link
  for (const LinkageEntry* each : in_binding_order(applying.kind, applying.linkage.entries)) {
    const LinkageEntry& entry = *each;
    if (entry.kind == LinkageEntry::Kind::direct) continue;
    if (is_plt(entry)) {
      add_plt(applying, entry, on_relative, all);
      continue;
    }
    const bool is_descriptor =
        entry.kind == LinkageEntry::Kind::descriptor && applying.kind.machine.has_lazy_descriptors;
    // While sections move, .got alone knows where it is.
    std::uint64_t address =
        (is_descriptor ? applying.at.got_plt : start_of(applying.linkage.sections.got)) +
        entry.offset;
    const std::size_t made_before = all.general.size();
    for (const Word& word : words.of(entry)) {
      const DynamicRelocation relocation{address, word.symbol, word.type, word.addend};
      const DynamicTypes& types = applying.kind.machine.dynamic;
      if (on_relative && word.type != 0 &&
          (word.type == types.relative || word.type == types.indirect))
        on_relative({relocation, entry.referent, *applying.linkage.sections.got});
      if (is_descriptor && word.type != 0)
        descriptors.emplace_back(key_of(entry.referent), relocation);
      else if (word.type != 0 && word.type == applying.kind.machine.dynamic.indirect &&
               !applying.kind.is_dynamic)
        chosen.push_back(relocation);
      else if (is_packed(applying.kind, word))
        all.relative.push_back(relocation.address);
      else if (word.type != 0)
        all.general.push_back(relocation);
      address += applying.kind.table_word;
    }
    const std::size_t room = made_before + relocations_kept_for(applying.kind, entry);
    if (all.general.size() < room) all.general.resize(room);
  }
  for (const Symbol* symbol : applying.linkage.copies)
    if (symbol->size != 0)
      all.general.push_back({address_in(*symbol->section, symbol->value), symbol->dynamic_index,
                             applying.kind.machine.dynamic.copy, 0});
  DynamicRelocations pointers;  // to functions that choose themselves, in a static link
  for (const LeftRelocation& left : scan.left) {
    const bool is_early = left.kind == LeftRelocation::Kind::indirect && !applying.kind.is_dynamic;
    add_left(applying, left, on_relative, is_early ? pointers : all);
  }
  if (applying.kind.machine.has_indirect_table) {
    std::ranges::reverse(chosen);
    all.indirect.insert(all.indirect.end(), pointers.general.begin(), pointers.general.end());
    all.indirect.insert(all.indirect.end(), chosen.begin(), chosen.end());
  } else {
    call_in_reverse(applying, chosen, pointers.general, all);
  }
  // Descriptors come behind everything that PLT entries count, in the order of their first uses.
  std::unordered_map<const void*, std::size_t> order;
  for (const void* key : scan.descriptors) order.emplace(key, order.size());
  std::ranges::stable_sort(descriptors, {}, [&](const auto& each) { return order[each.first]; });
  for (const auto& each : descriptors) all.plt.push_back(each.second);
  return all;
}

namespace {

/// Writes the tables entry by entry.
template <typename Shape>
class Filler {
 public:
  Filler(const Applying& applying, const std::function<char*(const InputSection&)>& bytes_of)
      : applying_(applying),
        kind_(applying.kind),
        machine_(applying.kind.machine),
        sections_(applying.linkage.sections),
        words_(applying),
        got_(written(sections_.got, bytes_of)),
        got_plt_(written(sections_.got_plt, bytes_of)),
        plt_(written(sections_.plt, bytes_of)),
        direct_plt_(written(sections_.direct_plt, bytes_of)),
        second_plt_(written(sections_.second_plt, bytes_of)),
        indirect_plt_(written(sections_.indirect_plt, bytes_of)),
        indirect_got_(written(sections_.indirect_got, bytes_of)) {
    place_.got_plt = start_of(sections_.got_plt);
    place_.is_position_independent = kind_.is_position_independent;
  }

  void write(std::uint64_t dynamic_section) {
    if (got_plt_ && machine_.got_plt_header > 0)
      store(got_plt_, machine_.got_base_is_got_plt ? dynamic_section : machine_.got_plt_first);
    if (got_ && machine_.got_header > 0) store(got_, dynamic_section);
    if (plt_) {
      place_.place = plt_;
      place_.address = place_.table = applying_.at.plt;
      machine_.write_plt_header(place_);
    }
    const std::vector<LinkageEntry>& entries = applying_.linkage.entries;
    last_ = static_cast<std::uint32_t>(
        std::ranges::count_if(entries, [this](const LinkageEntry& entry) {
          return entry.kind == LinkageEntry::Kind::plt && !is_unreachable(kind_, entry.referent);
        }));
    last_ += applying_.linkage.empty_plt_entries;
    for (const LinkageEntry* entry : in_binding_order(kind_, entries)) write(*entry);
    write_descriptor_entry();
  }

 private:
  static char* written(const InputSection* section,
                       const std::function<char*(const InputSection&)>& bytes_of) {
    return section && section->output && !section->is_discarded ? bytes_of(*section) : nullptr;
  }

  static void store(char* place, std::uint64_t value) {
    using Address = typename Shape::Word;
    Shape::template store<Address>(place, static_cast<Address>(value));
  }

  void write(const LinkageEntry& entry) {
    switch (entry.kind) {
      case LinkageEntry::Kind::plt:
        write_plt(entry);
        return;
      case LinkageEntry::Kind::indirect:
        write_indirect(entry);
        return;
      case LinkageEntry::Kind::direct:
        if (direct_plt_)
          write_direct(direct_plt_ + entry.offset, applying_.at.direct_plt + entry.offset,
                       start_of(sections_.got) + entry.got_offset + stray(entry));
        return;
      default:
        write_words(entry);
    }
  }

  /// GNU ld marks words that it has filled by the lowest bit of their offset, and leaves it there
  /// for entries of functions that are 0 and not in .dynsym. Nothing ever goes through those.
  std::uint64_t stray(const LinkageEntry& entry) const {
    const Symbol* symbol = entry.referent.global;
    return is_unreachable(kind_, entry.referent) && !(symbol && symbol->stays_dynamic) ? 1 : 0;
  }

  void write_descriptor_entry() {
    const Linkage& linkage = applying_.linkage;
    if (linkage.descriptor_plt == Places::none || !plt_ || !got_) return;
    place_.place = plt_ + linkage.descriptor_plt;
    place_.address = applying_.at.plt + linkage.descriptor_plt;
    place_.got_entry = start_of(sections_.got) + linkage.descriptor_got;
    machine_.write_descriptor_entry(place_);
    store(got_ + linkage.descriptor_got, 0);
  }

  void write_words(const LinkageEntry& entry) {
    const bool is_lazy =
        entry.kind == LinkageEntry::Kind::descriptor && machine_.has_lazy_descriptors;
    char* const table = is_lazy ? got_plt_ : got_;
    if (!table) return;
    char* at = table + entry.offset;
    for (const Word& word : words_.of(entry)) {
      // Whatever --no-apply-dynamic-relocs says: that is for the sections of objects.
      const bool is_applied = word.type == machine_.dynamic.relative && machine_.applies_relative;
      const bool is_left_out =
          word.type != 0 && machine_.uses_rela && !is_applied && !is_packed(kind_, word);
      store(at, is_left_out ? 0 : word.value);
      at += kind_.table_word;
    }
  }

  void write_direct(char* at, std::uint64_t address, std::uint64_t got_entry) {
    place_.place = at;
    place_.address = address;
    place_.got_entry = got_entry;
    machine_.write_direct_entry(place_);
  }

  /// Resolvers' relocations are the last ones, from the last to the first.
  void write_plt(const LinkageEntry& entry) {
    if (!plt_ || !got_plt_) return;
    const bool is_resolver = !is_bound_by_name(kind_, entry.referent);
    place_.place = plt_ + entry.offset;
    place_.address = applying_.at.plt + entry.offset;
    place_.table = applying_.at.plt;
    place_.is_apart = false;
    place_.got_entry = start_of(sections_.got_plt) + entry.got_offset;
    const bool is_bound = !is_unreachable(kind_, entry.referent);
    place_.index = !is_bound ? 0 : is_resolver ? --last_ : first_++;
    place_.is_bound = is_bound;
    place_.has_thumb_front = entry.has_thumb_front;
    machine_.write_plt_entry(place_);
    if (!is_bound)
      store(got_plt_ + entry.got_offset, 0);
    else
      store(got_plt_ + entry.got_offset, is_resolver && !machine_.uses_rela
                                             ? address_of(entry.referent, 0)
                                             : machine_.lazy_got_value(place_));
    if (second_plt_)
      write_direct(second_plt_ + entry.second_offset, applying_.at.second_plt + entry.second_offset,
                   place_.got_entry);
  }

  void write_indirect(const LinkageEntry& entry) {
    if (!indirect_plt_ || !indirect_got_) return;
    place_.place = indirect_plt_ + entry.offset;
    place_.address = applying_.at.indirect_plt + entry.offset;
    place_.table = applying_.at.indirect_plt;
    place_.is_apart = true;
    place_.got_entry = start_of(sections_.indirect_got) + entry.got_offset;
    place_.index = 0;
    place_.has_thumb_front = entry.has_thumb_front;
    machine_.write_plt_entry(place_);
    store(indirect_got_ + entry.got_offset,
          machine_.uses_rela ? machine_.lazy_got_value(place_) : address_of(entry.referent, 0));
  }

  const Applying& applying_;
  const FinalKind& kind_;
  const Machine& machine_;
  const LinkageSections& sections_;
  Words words_;
  char* got_;
  char* got_plt_;
  char* plt_;
  char* direct_plt_;
  char* second_plt_;
  char* indirect_plt_;
  char* indirect_got_;
  PltPlace place_;
  std::uint32_t first_ = 0;  // relocation of .rela.plt
  std::uint32_t last_ = 0;
};

/// An FDE starts with its distance to the code, which GNU ld takes to be its output section's
/// start.
template <typename Shape>
void describe_plt(const InputSection* table, const InputSection* plt,
                  const std::function<char*(const InputSection&)>& bytes_of) {
  if (!table || table->is_discarded || table->size == 0 || !table->output) return;
  if (!plt || !plt->output) return;
  std::uint64_t offset = plt_unwind_place;
  if (table->edit && !moved_offset(*table->edit, offset)) return;
  const std::uint64_t place = start_of(*table) + offset;
  Shape::template store<std::uint32_t>(bytes_of(*table) + offset,
                                       static_cast<std::uint32_t>(plt->output->address - place));
}

}  // namespace

template <typename Shape>
void fill_linkage(const Applying& applying, std::uint64_t dynamic_section,
                  const std::function<char*(const InputSection&)>& bytes_of) {
  const LinkageSections& sections = applying.linkage.sections;
  Filler<Shape>(applying, bytes_of).write(dynamic_section);
  describe_plt<Shape>(sections.plt_unwind, sections.plt, bytes_of);
  describe_plt<Shape>(sections.direct_plt_unwind, sections.direct_plt, bytes_of);
  describe_plt<Shape>(sections.second_plt_unwind, sections.second_plt, bytes_of);
}

template <typename Shape>
void write_dynamic_relocations(const std::vector<DynamicRelocation>& relocations, bool uses_rela,
                               char* place) {
  using Word = typename Shape::Word;
  for (const DynamicRelocation& each : relocations) {
    typename Shape::Rela raw{};
    raw.r_offset = Shape::native(static_cast<Word>(each.address));
    raw.r_info = Shape::native(RelocationInfo<Shape>::make(each.symbol, each.type, false));
    raw.r_addend = Shape::native(static_cast<typename Shape::SignedWord>(each.addend));
    const std::size_t size = uses_rela ? sizeof raw : sizeof(typename Shape::Rel);
    std::memcpy(place, &raw, size);
    place += size;
  }
}

template void fill_linkage<Shape<true, false>>(const Applying&, std::uint64_t,
                                               const std::function<char*(const InputSection&)>&);
template void fill_linkage<Shape<true, true>>(const Applying&, std::uint64_t,
                                              const std::function<char*(const InputSection&)>&);
template void fill_linkage<Shape<false, false>>(const Applying&, std::uint64_t,
                                                const std::function<char*(const InputSection&)>&);
template void fill_linkage<Shape<false, true>>(const Applying&, std::uint64_t,
                                               const std::function<char*(const InputSection&)>&);
template void write_dynamic_relocations<Shape<true, false>>(const std::vector<DynamicRelocation>&,
                                                            bool, char*);
template void write_dynamic_relocations<Shape<true, true>>(const std::vector<DynamicRelocation>&,
                                                           bool, char*);
template void write_dynamic_relocations<Shape<false, false>>(const std::vector<DynamicRelocation>&,
                                                             bool, char*);
template void write_dynamic_relocations<Shape<false, true>>(const std::vector<DynamicRelocation>&,
                                                            bool, char*);

}  // namespace kbx::link
