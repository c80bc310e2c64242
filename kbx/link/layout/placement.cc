#include "kbx/link/layout/placement.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/layout/pattern.h"

/// Which input section becomes part of which output section. What is followed is GNU ld 2.40: the
/// order of the script's places, then orphans in the order of the input, each behind the last one
/// of its kind; what the flags and the type of an output section become by what goes into it.
namespace kbx::link {
namespace {

using Constraint = Slot::Constraint;

constexpr std::uint64_t machine_flags = SHF_MASKOS | SHF_MASKPROC;
constexpr Traits kind_traits = trait_contents | trait_alloc | trait_load | trait_readonly |
                               trait_code | trait_small_data | trait_thread_local;

/// Where orphans of one kind go.
struct OrphanKind {
  std::string_view name;  // the output section behind which the first one goes; "" for relocations
  Traits traits = 0;
  Slot* slot = nullptr;
  bool has_section_place = false;
  OutputSection* after = nullptr;  // the output section behind which the next goes; null: in front
  Slot* last = nullptr;            // the last orphan of this kind
};

enum KindIndex { text, rodata, tdata, data, bss, relocations, notes, small_data, not_loaded };

constexpr Traits loaded = trait_contents | trait_alloc | trait_load;

class Placer {
 public:
  Placer(Plan& plan, const Options& options, const Say& say)
      : plan_(plan),
        options_(options),
        say_(say),
        is_relocatable_(options.kind == OutputKind::relocatable),
        keeps_groups_(is_relocatable_ && !options.force_group_allocation) {}

  void place(const std::vector<InputFile*>& files) {
    match(files);
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) fill(*slot);
    for (InputFile* file : files)
      for (InputSection* section : file->sections)
        if (!section->output && !section->is_discarded) place_unmatched(*section);
  }

 private:
  // What the script asks for.

  bool is_in_group(const InputSection& section) const {
    return keeps_groups_ && section.next_in_group != nullptr;
  }

  void match(const std::vector<InputFile*>& files) {
    const PatternTable patterns(plan_.slots);
    for (InputFile* file : files)
      for (InputSection* section : file->sections) {
        if (section->is_discarded) continue;
        const PatternTable::Place* place = patterns.find(*section, is_in_group(*section));
        while (place && !meets_constraint(*place->slot, files, patterns))
          place = patterns.find(*section, is_in_group(*section));
        if (place) place->slot->items[place->item].inputs.push_back(section);
      }
    // Where nothing came for ONLY_IF_RW, nothing is writable.
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next)
      if (slot->constraint == Constraint::only_if_rw) slot->constraint = Constraint::unmet;
  }

  /// ONLY_IF_RO and ONLY_IF_RW look at all that the place would take.
  bool meets_constraint(Slot& slot, const std::vector<InputFile*>& files,
                        const PatternTable& patterns) {
    if (slot.constraint != Constraint::only_if_ro && slot.constraint != Constraint::only_if_rw)
      return slot.constraint != Constraint::unmet;
    bool is_readonly = true;
    for (const InputFile* file : files)
      for (const InputSection* section : file->sections) {
        if (section->is_discarded || (section->traits & trait_readonly)) continue;
        const PatternTable::Place* place = patterns.find(*section, is_in_group(*section));
        if (place && place->slot == &slot) is_readonly = false;
      }
    if (is_readonly == (slot.constraint == Constraint::only_if_ro)) {
      slot.constraint = Constraint::none;
      return true;
    }
    slot.constraint = Constraint::unmet;
    return false;
  }

  void fill(Slot& slot) {
    if (!slot.is_output_section() || slot.constraint == Constraint::unmet) return;
    for (Item& item : slot.items) {
      if (const auto* input = std::get_if<script::InputSections>(item.statement)) {
        sort(item.inputs, *input);
        std::vector<InputSection*> inputs;
        inputs.swap(item.inputs);
        for (InputSection* section : inputs) add(slot, *section, item);
      } else if (!is_discarding(slot)) {
        const bool is_data = std::holds_alternative<script::Data>(*item.statement) ||
                             std::holds_alternative<script::Asciz>(*item.statement);
        make_section_for(slot, is_data);
      }
    }
  }

  void sort(std::vector<InputSection*>& inputs, const script::InputSections& patterns) const {
    for (const script::SectionPattern& pattern : patterns.sections) {
      script::Sort sort = pattern.sort;
      if (sort == script::Sort::unsorted && options_.sort_section_by_name)
        sort = script::Sort::name;
      if (sort == script::Sort::unsorted && options_.sort_section_by_alignment)
        sort = script::Sort::alignment;
      if (sort == script::Sort::unsorted) continue;
      sort_input(inputs, sort, pattern.reverse);
      return;
    }
  }

  /// An assignment or data in an output section makes it, even if nothing goes into it.
  void make_section_for(Slot& slot, bool is_data) {
    const Traits traits = is_data ? data_traits(slot) : Traits{0};
    if (!slot.section)
      make_section(slot, is_data ? traits | Traits{trait_readonly} : 0);
    else
      slot.section->traits |= traits;
  }

  static Traits data_traits(const Slot& slot) {
    switch (slot.script ? slot.script->type : script::SectionType::normal) {
      case script::SectionType::dsect:
      case script::SectionType::copy:
      case script::SectionType::info:
      case script::SectionType::overlay:
        return trait_contents;
      case script::SectionType::readonly:
        return loaded | trait_readonly;
      case script::SectionType::noload:
        return trait_never_load | trait_alloc;
      case script::SectionType::normal:
      case script::SectionType::typed:
        break;
    }
    return loaded;
  }

  // Putting a section into an output section.

  bool is_dropped(const InputSection& section) const {
    if ((section.traits & trait_exclude) && !is_relocatable_) return true;
    if ((section.traits & trait_group) && !keeps_groups_) return true;
    return options_.strip != Strip::nothing && (section.traits & trait_debugging);
  }

  OutputSection* make_section(Slot& slot, Traits traits) {
    if (slot.constraint != Constraint::special) slot.section = plan_.sections.find(slot.name);
    if (!slot.section) {
      slot.section = plan_.sections.add(slot.name);
      slot.section->traits = traits;
      if (const SpecialSection* special = special_section(slot.name)) {
        slot.section->type = special->type;
        slot.section->flags = special->flags;
      }
    }
    return slot.section;
  }

  static Traits adjusted(const Slot& slot, Traits traits) {
    switch (slot.script ? slot.script->type : script::SectionType::normal) {
      case script::SectionType::dsect:
      case script::SectionType::copy:
      case script::SectionType::info:
      case script::SectionType::overlay:
        return traits & ~trait_alloc;
      case script::SectionType::readonly:
        return traits | trait_readonly;
      case script::SectionType::noload:
        return (traits & ~(trait_load | trait_contents)) | trait_never_load;
      case script::SectionType::normal:
      case script::SectionType::typed:
        break;
    }
    return traits;
  }

  void add(Slot& slot, InputSection& section, Item& item) {
    if (is_discarding(slot) || is_dropped(section)) {
      section.is_discarded = true;
      return;
    }
    if (section.output) return;
    Traits traits = section.traits & ~trait_never_load;
    if ((traits & trait_link_once) && (traits & trait_group)) {
      traits &= ~trait_relocated;
      if (!keeps_groups_) traits &= ~trait_link_once;
    } else if (!is_relocatable_) {
      traits &= ~(trait_link_once | trait_relocated);
    }
    traits = adjusted(slot, traits);
    OutputSection& output = *(slot.section ? slot.section : make_section(slot, traits));
    output.traits &= traits | ~Traits{trait_readonly};
    if (output.has_input) {
      traits &= ~trait_readonly;
      constexpr Traits strings = trait_merge | trait_strings;
      if ((output.traits & strings) != (traits & strings) ||
          ((traits & trait_merge) && output.entry_size != section.entry_size)) {
        output.traits &= ~strings;
        traits &= ~strings;
      }
    }
    output.traits |= traits;
    if (!output.has_input) start(output, section);
    output.alignment_power = std::max(output.alignment_power, section.alignment_power);
    section.output = &output;
    item.inputs.push_back(&section);
  }

  /// The first input section tells what the output section is.
  void start(OutputSection& output, const InputSection& section) const {
    output.has_input = true;
    // What is no ELF section says nothing of type and flags.
    if (section.file->is_binary) return;
    if (output.type == SHT_PROGBITS || output.type == SHT_NOTE || output.type == SHT_NOBITS)
      output.type = SHT_NULL;
    constexpr Traits ignored = trait_link_once | trait_relocated;
    const Traits differ = output.traits ^ section.traits;
    if (output.type == SHT_NULL && (differ == 0 || (!is_relocatable_ && (differ & ~ignored) == 0)))
      output.type = section.type;
    output.flags = section.flags & machine_flags;
    if (keeps_groups_) {
      output.flags |= section.flags & SHF_GROUP;
      output.group_ring = section.next_in_group;
      output.is_in_group = section.next_in_group && !(section.traits & trait_group);
    }
    if (is_relocatable_) output.flags |= section.flags & SHF_COMPRESSED;
    if (section.is_ordered) {
      output.is_ordered = true;
      output.linked_to = section.linked_to;
    }
    output.uses_rela = section.uses_rela;
    if (output.traits & trait_merge) output.entry_size = section.entry_size;
  }

  // Orphans.

  void place_unmatched(InputSection& section) {
    if (is_dropped(section)) {
      section.is_discarded = true;
      return;
    }
    if (section.name == "COMMON" && section.index == 0) return;
    switch (options_.orphans) {
      case OrphanHandling::discard:
        section.is_discarded = true;
        return;
      case OrphanHandling::error:
        throw Error(Location{section.file->path, 0},
                    fmt::format("no place in the script for section {}", section.name),
                    "name it in the script, or in /DISCARD/");
      case OrphanHandling::place:
      case OrphanHandling::warn:
        break;
    }
    Slot* slot = place_orphan(section);
    if (options_.orphans == OrphanHandling::warn)
      say_(fmt::format("{}: warning: orphan section `{}' from `{}' being placed in section `{}'",
                       options_.program, section.name, section.file->path, slot->name));
  }

  bool is_unique(const InputSection& section) const {
    return is_in_group(section) || options_.unique_sections;
  }

  void add_orphan(Slot& slot, InputSection& section) {
    if (slot.items.empty() || slot.items.back().statement) slot.items.emplace_back();
    add(slot, section, slot.items.back());
  }

  /// An orphan may join an output section only if nothing of the section would be lost by it.
  bool can_join(const InputSection& section, const OutputSection& output) const {
    if (output.traits == 0) return true;
    if ((section.traits ^ output.traits) & (trait_load | trait_alloc)) return false;
    if (output.info != section.info) return false;
    if (is_relocatable_ &&
        (output.group_ring || ((output.flags ^ section.flags) & machine_flags) != 0))
      return false;
    return output.type == section.type;
  }

  Slot* place_orphan(InputSection& section) {
    Constraint constraint = is_unique(section) ? Constraint::special : Constraint::none;
    Slot* unused = nullptr;
    if (constraint == Constraint::none)
      for (Slot* slot : plan_.slots.named(section.name)) {
        if (slot->constraint == Constraint::unmet) continue;
        constraint = Constraint::special;
        if (slot->section && can_join(section, *slot->section)) {
          add_orphan(*slot, section);
          return slot;
        }
        if (!slot->section) unused = slot;
      }
    if (unused) {
      add_orphan(*unused, section);
      return unused;
    }
    start_kinds();
    OrphanKind* kind = kind_of(section);
    Slot* after = kind ? slot_before(section, *kind) : nullptr;
    return insert_orphan(section, constraint, after, kind);
  }

  void start_kinds() {
    if (has_kinds_) return;
    has_kinds_ = true;
    for (OrphanKind& kind : kinds_) {
      if (kind.name.empty()) continue;
      kind.slot = plan_.slots.find(kind.name);
      if (kind.slot && kind.slot->hint == 0) kind.slot->hint = kind.traits;
    }
  }

  OrphanKind* kind_of(const InputSection& section) {
    const Traits traits = section.traits;
    const bool is_relocation = section.type == SHT_RELA || section.type == SHT_REL;
    if (!(traits & (trait_alloc | trait_debugging))) return &kinds_[not_loaded];
    if (!(traits & trait_alloc)) return nullptr;
    if ((traits & trait_load) && section.type == SHT_NOTE) return &kinds_[notes];
    if (!(traits & (trait_load | trait_contents | trait_thread_local))) return &kinds_[bss];
    if (traits & trait_small_data) return &kinds_[small_data];
    if (traits & trait_thread_local) return &kinds_[tdata];
    if (!(traits & trait_readonly)) return &kinds_[data];
    if ((traits & trait_load) && is_relocation) return &kinds_[relocations];
    return &kinds_[(traits & trait_code) ? text : rodata];
  }

  Slot* slot_before(const InputSection& section, OrphanKind& kind) {
    if (!kind.slot)
      kind.slot = kind.name.empty() ? last_relocations(section.type == SHT_RELA)
                                    : plan_.slots.find(kind.name);
    if (kind.slot) return kind.slot;
    Slot* after = find_by_traits(section, true, &kind.slot);
    return after ? after : plan_.slots.head();
  }

  Slot* last_relocations(bool is_rela) {
    Slot* last = nullptr;
    Slot* last_alloc = nullptr;
    Slot* last_readonly = nullptr;
    Slot* last_rel = nullptr;
    Slot* last_rel_alloc = nullptr;
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      if (!slot->is_output_section()) continue;
      const Traits traits = slot->section ? slot->section->traits : 0;
      if (slot->constraint != Constraint::unmet && slot->name.substr(0, 4) == ".rel") {
        const bool is_rela_too = slot->name.size() > 4 && slot->name[4] == 'a';
        if (slot->name.substr(is_rela_too ? 5 : 4) == ".plt") break;
        if (is_rela == is_rela_too || !last_rel) last_rel = slot;
        if ((is_rela == is_rela_too || !last_rel_alloc) && (traits & trait_alloc))
          last_rel_alloc = slot;
      }
      last = slot;
      if (traits & trait_alloc) {
        last_alloc = slot;
        if (traits & trait_readonly) last_readonly = slot;
      }
    }
    for (Slot* slot : {last_rel_alloc, last_rel, last_readonly, last_alloc})
      if (slot) return slot;
    return last;
  }

  /// The last place whose traits differ from the section's in none of `mask`; with `same_type` only
  /// those of its type count.
  template <typename Accepts>
  Slot* last_slot(const InputSection& section, bool same_type, const Accepts& accepts) {
    Slot* found = nullptr;
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      if (!slot->is_output_section()) continue;
      if (same_type && slot->section && slot->section->type != section.type) continue;
      const Traits traits = slot->section ? slot->section->traits : slot->hint;
      if (accepts(traits, traits ^ section.traits)) found = slot;
    }
    return found;
  }

  /// The place that the section fits behind by its flags. `exact` gets it if they are all the same.
  Slot* find_by_traits(const InputSection& section, bool same_type, Slot** exact) {
    const auto without = [](Traits mask) {
      return [mask](Traits, Traits differ) { return (differ & mask) == 0; };
    };
    if (Slot* found = last_slot(section, same_type, without(kind_traits))) {
      if (exact) *exact = found;
      return found;
    }
    const Traits traits = section.traits;
    Slot* found = nullptr;
    constexpr Traits in_memory = trait_contents | trait_alloc | trait_load;
    if (!(traits & trait_alloc))
      return last_slot(section, false, without(trait_debugging));
    if (traits & trait_code)
      found = last_slot(section, same_type,
                        without(in_memory | trait_code | trait_small_data | trait_thread_local));
    else if (traits & trait_readonly)
      found = last_slot(section, same_type, [](Traits look, Traits differ) {
        constexpr Traits mask = in_memory | trait_readonly;
        return !(differ & (mask | trait_small_data)) ||
               (!(differ & mask) && !(look & trait_small_data));
      });
    else if (traits & trait_thread_local)
      return find_thread_local(section);
    else if (traits & trait_small_data)
      found = last_slot(section, same_type, [&](Traits look, Traits differ) {
        return !(differ & (in_memory | trait_thread_local)) ||
               ((look & trait_small_data) && !(traits & trait_contents));
      });
    else if (traits & trait_contents)
      found = last_slot(section, same_type,
                        without(in_memory | trait_small_data | trait_thread_local));
    else
      found = last_slot(section, same_type, without(trait_alloc));
    if (found || !same_type) return found;
    return find_by_traits(section, false, nullptr);
  }

  /// .tdata goes behind .data, .tbss behind .tdata.
  Slot* find_thread_local(const InputSection& section) {
    Slot* found = nullptr;
    bool has_seen = false;
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      if (!slot->is_output_section()) continue;
      const Traits look = slot->section ? slot->section->traits : slot->hint;
      const Traits differ = look ^ (section.traits | trait_load | trait_contents);
      if (!(differ & (trait_thread_local | trait_alloc))) {
        if (!(look & trait_load) && (section.traits & trait_load)) break;
        found = slot;
        has_seen = true;
      } else if (has_seen) {
        break;
      } else if (!(differ & loaded)) {
        found = slot;
      }
    }
    return found;
  }

  Slot* insert_orphan(InputSection& section, Constraint constraint, Slot* after,
                      OrphanKind* kind) {
    Slot* slot = plan_.slots.add(section.name, constraint);
    slot->is_at_zero = is_relocatable_ || !(section.traits & (trait_load | trait_alloc));
    add_orphan(*slot, section);
    if (!after || !slot->section) return slot;
    bool starts_row = kind->last == nullptr;
    OutputSection* made = slot->section;
    find_section_place(*kind, after, made);
    OutputSection* next = kind->after ? kind->after->next : plan_.sections.first();
    if (!next)
      plan_.sections.move_before(made, nullptr);
    else if (is_loaded_note(section) || is_loaded_note(*next))
      place_note(section, made, next, after, starts_row);
    else if (next != made && next->previous != made)
      plan_.sections.move_before(made, next);
    kind->has_section_place = true;
    kind->after = made;
    plan_.slots.move_after(slot, starts_row ? end_of(after, slot) : kind->last);
    kind->last = slot;
    return slot;
  }

  /// The output section behind which the orphan's header goes.
  void find_section_place(OrphanKind& kind, Slot* after, const OutputSection* made) {
    if (kind.has_section_place || after == plan_.slots.head()) return;
    OutputSection* section = after->section;
    for (Slot* slot = after->previous; !section && slot; slot = slot->previous)
      if (slot->constraint != Constraint::unmet) section = slot->section;
    if (!section || section == made) return;
    kind.has_section_place = true;
    kind.after = section;
  }

  /// Assignments to dot behind a place belong to what follows; others to the place.
  Slot* end_of(Slot* after, const Slot* made) {
    Slot* assign = nullptr;
    bool ignores_first = after == plan_.slots.head();
    Slot* last = after;
    for (Slot* slot = after->next; slot && slot != made; slot = slot->next) {
      if (slot->is_output_section()) {
        const bool takes_dot = !slot->section || !slot->section->has_input ||
                               (slot->section->traits & trait_alloc);
        if (assign && takes_dot) return assign->previous;
        return last;
      }
      if (!assign && slot->assignment && slot->assignment->symbol == ".") {
        if (!ignores_first) assign = slot;
        ignores_first = false;
      }
      last = slot;
    }
    return last;
  }

  static bool is_loaded_note(const InputSection& section) {
    return section.type == SHT_NOTE && (section.traits & trait_load);
  }
  static bool is_loaded_note(const OutputSection& section) {
    return section.type == SHT_NOTE && (section.traits & trait_load);
  }

  /// Loaded notes stand together, those with the larger alignment in front.
  void place_note(const InputSection& section, OutputSection* made, OutputSection* next,
                  Slot*& after, bool& starts_row) {
    OutputSection* place = nullptr;
    bool goes_behind = true;
    bool has_place = false;
    if (is_loaded_note(section)) {
      first_note_ = nullptr;
      for (OutputSection* look = plan_.sections.first(); look; look = look->next) {
        if (look != made && is_loaded_note(*look)) {
          if (!first_note_) first_note_ = look;
          if (look->alignment_power >= section.alignment_power) place = look;
        } else if (first_note_) {
          break;
        }
      }
      has_place = first_note_ != nullptr;
      if (!place && has_place) {
        place = first_note_;
        goes_behind = false;
      }
    } else if (first_note_) {
      has_place = true;
      place = next;
      for (OutputSection* look = next->next; look; look = look->next)
        if (is_loaded_note(*look)) place = look;
    }
    if (!has_place) {
      if (next != made && next->previous != made) plan_.sections.move_before(made, next);
      return;
    }
    find_slot_of(place, goes_behind, after, starts_row);
    if (goes_behind ? place->next != made : place->previous != made)
      plan_.sections.move_before(made, goes_behind ? place->next : place);
  }

  void find_slot_of(const OutputSection* place, bool goes_behind, Slot*& after,
                    bool& starts_row) const {
    const auto fits = [&](const Slot* slot) {
      if (goes_behind) return slot->section == place;
      return slot->next && slot->next->section == place;
    };
    Slot* found = nullptr;
    for (Slot* slot = after; slot && !found; slot = slot->next)
      if (fits(slot)) found = slot;
    for (Slot* slot = after; slot && !found; slot = slot->previous)
      if (fits(slot)) found = slot;
    if (!found) return;
    after = found;
    starts_row = true;
  }

  Plan& plan_;
  const Options& options_;
  const Say& say_;
  bool is_relocatable_;
  bool keeps_groups_;
  bool has_kinds_ = false;
  OutputSection* first_note_ = nullptr;
  OrphanKind kinds_[9] = {
      {".text", loaded | trait_readonly | trait_code, nullptr, false, nullptr, nullptr},
      {".rodata", loaded | trait_readonly | trait_data, nullptr, false, nullptr, nullptr},
      {".tdata", loaded | trait_data | trait_thread_local, nullptr, false, nullptr, nullptr},
      {".data", loaded | trait_data, nullptr, false, nullptr, nullptr},
      {".bss", trait_alloc, nullptr, false, nullptr, nullptr},
      {"", loaded | trait_readonly | trait_data, nullptr, false, nullptr, nullptr},
      {".interp", loaded | trait_readonly | trait_data, nullptr, false, nullptr, nullptr},
      {".sdata", loaded | trait_data | trait_small_data, nullptr, false, nullptr, nullptr},
      {".comment", trait_contents, nullptr, false, nullptr, nullptr},
  };
};

Constraint constraint_of(const script::OutputSection& section) {
  switch (section.constraint) {
    case script::Constraint::only_if_ro:
      return Constraint::only_if_ro;
    case script::Constraint::only_if_rw:
      return Constraint::only_if_rw;
    case script::Constraint::special:
      return Constraint::special;
    case script::Constraint::none:
      break;
  }
  return Constraint::none;
}

void add_output_section(Plan& plan, const script::OutputSection& section) {
  const Constraint constraint = constraint_of(section);
  Slot* slot = nullptr;
  if (constraint != Constraint::special)
    for (Slot* known : plan.slots.named(section.name))
      if (!slot && (constraint == Constraint::none || known->constraint == constraint))
        slot = known;
  if (!slot) {
    slot = plan.slots.add(section.name, constraint);
    slot->script = &section;
  }
  for (const script::Statement& statement : section.statements) {
    Item& item = slot->items.emplace_back();
    item.statement = &statement;
  }
}

}  // namespace

void add_slots(Plan& plan, const script::Sections& sections) {
  for (const script::SectionsItem& item : sections.items) {
    if (const auto* section = std::get_if<script::OutputSection>(&item))
      add_output_section(plan, *section);
    else if (const auto* assignment = std::get_if<script::Assignment>(&item))
      plan.slots.add()->assignment = assignment;
    else if (const auto* assertion = std::get_if<script::Assertion>(&item))
      plan.slots.add()->assertion = assertion;
    else if (const auto* overlay = std::get_if<script::Overlay>(&item))
      throw Error(overlay->place.location(), "OVERLAY is not supported yet");
  }
}

void place_input(Plan& plan, const std::vector<InputFile*>& files, const Options& options,
                 const Say& say) {
  Placer(plan, options, say).place(files);
}

}  // namespace kbx::link
