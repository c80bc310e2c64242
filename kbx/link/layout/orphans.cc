#include "kbx/link/layout/orphans.h"

#include <elf.h>

/// Orphans, as GNU ld 2.40 places them (ld's manual, "Orphan Sections"): by kind, behind the output
/// section that is typical of it, then behind one another. The order of headers is kept apart from
/// the order of places, since GNU ld does so.
namespace kbx::link {
namespace {

using Constraint = Slot::Constraint;

constexpr std::uint64_t machine_flags = SHF_MASKOS | SHF_MASKPROC;
constexpr Traits kind_traits = trait_contents | trait_alloc | trait_load | trait_readonly |
                               trait_code | trait_small_data | trait_thread_local;

constexpr Traits loaded = trait_contents | trait_alloc | trait_load;

/// The kinds, in the order of OrphanPlacer::kinds_.
enum KindIndex { text, rodata, tdata, data, bss, relocations, notes, small_data, not_loaded };

bool is_loaded_note(const InputSection& section) {
  return section.type == SHT_NOTE && (section.traits & trait_load);
}
bool is_loaded_note(const OutputSection& section) {
  return section.type == SHT_NOTE && (section.traits & trait_load);
}

}  // namespace

OrphanPlacer::OrphanPlacer(Plan& plan, Joiner& joiner)
    : plan_(plan),
      joiner_(joiner),
      kinds_{{
          {".text", loaded | trait_readonly | trait_code, nullptr, false, nullptr, nullptr},
          {".rodata", loaded | trait_readonly | trait_data, nullptr, false, nullptr, nullptr},
          {".tdata", loaded | trait_data | trait_thread_local, nullptr, false, nullptr, nullptr},
          {".data", loaded | trait_data, nullptr, false, nullptr, nullptr},
          {".bss", trait_alloc, nullptr, false, nullptr, nullptr},
          {"", loaded | trait_readonly | trait_data, nullptr, false, nullptr, nullptr},
          {".interp", loaded | trait_readonly | trait_data, nullptr, false, nullptr, nullptr},
          {".sdata", loaded | trait_data | trait_small_data, nullptr, false, nullptr, nullptr},
          {".comment", trait_contents, nullptr, false, nullptr, nullptr},
      }} {}

void OrphanPlacer::add(Slot& slot, InputSection& section) {
  if (slot.items.empty() || slot.items.back().statement) slot.items.emplace_back();
  joiner_.add(slot, section, slot.items.back());
}

/// An orphan may join an output section only if nothing of the section would be lost by it.
bool OrphanPlacer::can_join(const InputSection& section, const OutputSection& output) const {
  if (output.traits == 0) return true;
  if ((section.traits ^ output.traits) & (trait_load | trait_alloc)) return false;
  if (output.info != section.info) return false;
  if (joiner_.is_relocatable() &&
      (output.group_ring || ((output.flags ^ section.flags) & machine_flags) != 0))
    return false;
  return output.type == section.type;
}

/// Relocations that stay in memory go together.
std::string_view OrphanPlacer::name_for(const InputSection& section) const {
  if (joiner_.is_relocatable() || !(section.traits & trait_alloc)) return section.name;
  if (section.type == SHT_RELA) return ".rela.dyn";
  if (section.type == SHT_REL) return ".rel.dyn";
  return section.name;
}

Slot* OrphanPlacer::place(InputSection& section, bool is_unique) {
  Constraint constraint = is_unique ? Constraint::special : Constraint::none;
  Slot* unused = nullptr;
  if (constraint == Constraint::none)
    for (Slot* slot : plan_.slots.named(name_for(section))) {
      if (slot->constraint == Constraint::unmet) continue;
      constraint = Constraint::special;
      if (slot->section && can_join(section, *slot->section)) {
        add(*slot, section);
        return slot;
      }
      if (!slot->section) unused = slot;
    }
  if (unused) {
    add(*unused, section);
    return unused;
  }
  start_kinds();
  OrphanKind* kind = kind_of(section);
  Slot* after = kind ? slot_before(section, *kind) : nullptr;
  return insert(section, constraint, after, kind);
}

void OrphanPlacer::start_kinds() {
  if (has_kinds_) return;
  has_kinds_ = true;
  for (OrphanKind& kind : kinds_) {
    if (kind.name.empty()) continue;
    kind.slot = plan_.slots.find(kind.name);
    if (kind.slot && kind.slot->hint == 0) kind.slot->hint = kind.traits;
  }
}

OrphanKind* OrphanPlacer::kind_of(const InputSection& section) {
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

Slot* OrphanPlacer::slot_before(const InputSection& section, OrphanKind& kind) {
  if (!kind.slot)
    kind.slot = kind.name.empty() ? last_relocations(section.type == SHT_RELA)
                                  : plan_.slots.find(kind.name);
  if (kind.slot) return kind.slot;
  Slot* after = find_by_traits(section, true, &kind.slot);
  return after ? after : plan_.slots.head();
}

Slot* OrphanPlacer::last_relocations(bool is_rela) {
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
Slot* OrphanPlacer::last_slot(const InputSection& section, bool same_type, const Accepts& accepts) {
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
Slot* OrphanPlacer::find_by_traits(const InputSection& section, bool same_type, Slot** exact) {
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
  if (!(traits & trait_alloc)) return last_slot(section, false, without(trait_debugging));
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
    found =
        last_slot(section, same_type, without(in_memory | trait_small_data | trait_thread_local));
  else
    found = last_slot(section, same_type, without(trait_alloc));
  if (found || !same_type) return found;
  return find_by_traits(section, false, nullptr);
}

/// .tdata goes behind .data, .tbss behind .tdata.
Slot* OrphanPlacer::find_thread_local(const InputSection& section) {
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

Slot* OrphanPlacer::insert(InputSection& section, Constraint constraint, Slot* after,
                           OrphanKind* kind) {
  Slot* slot = plan_.slots.add(name_for(section), constraint);
  const bool is_in_memory = (section.traits & (trait_load | trait_alloc)) != 0;
  slot->is_at_zero = joiner_.is_relocatable() || !is_in_memory;
  slot->region = plan_.regions.whole();
  if (after && is_in_memory) take_placement(*slot, *after);
  add(*slot, section);
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
  plan_.slots.move_after(slot, starts_row ? end_of(plan_.slots, after, slot) : kind->last);
  kind->last = slot;
  return slot;
}

/// The orphan goes into the memory and the segments of what it stands behind.
void OrphanPlacer::take_placement(Slot& slot, const Slot& after) {
  MemoryRegion* const whole = plan_.regions.whole();
  slot.load_region = after.load_region;
  slot.region = after.region ? after.region : whole;
  if (slot.region == whole && after.load_region && !slot.is_at_zero)
    slot.region = after.load_region;
  slot.program_headers = after.program_headers;
}

/// The output section behind which the orphan's header goes.
void OrphanPlacer::find_section_place(OrphanKind& kind, Slot* after, const OutputSection* made) {
  if (kind.has_section_place || after == plan_.slots.head()) return;
  OutputSection* section = after->section;
  for (Slot* slot = after->previous; !section && slot; slot = slot->previous)
    if (slot->constraint != Constraint::unmet) section = slot->section;
  if (!section || section == made) return;
  kind.has_section_place = true;
  kind.after = section;
}

/// Loaded notes stand together, those with the larger alignment in front.
void OrphanPlacer::place_note(const InputSection& section, OutputSection* made, OutputSection* next,
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

void OrphanPlacer::find_slot_of(const OutputSection* place, bool goes_behind, Slot*& after,
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

}  // namespace kbx::link
