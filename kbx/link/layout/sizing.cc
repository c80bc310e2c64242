#include "kbx/link/layout/sizing.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"

/// Addresses and sizes, after ld's manual, chapters "SECTIONS Command" and "MEMORY Command", and
/// where these are silent as GNU ld 2.40 does it: the location counter runs through the places of
/// the script; a section without an address of its own goes to the next free one of its region;
/// each input section is aligned as it asks. Where a section is loaded follows from AT(…), from its
/// region of loading, or else keeps the distance of the section before it in the same region.
namespace kbx::link {
namespace {

std::uint64_t align_up(std::uint64_t value, unsigned power) {
  const std::uint64_t mask = (std::uint64_t{1} << power) - 1;
  return (value + mask) & ~mask;
}

/// The power of two that is at least `value`.
std::uint8_t power_of(std::uint64_t value) {
  std::uint8_t power = 0;
  while (power < 62 && (std::uint64_t{1} << power) < value) ++power;
  return power;
}

bool is_in_memory(const OutputSection& section) {
  return (section.traits & trait_alloc) && !is_thread_local_bss(section);
}

/// True for (INFO) and its like, which never become part of memory.
bool is_unallocated(const Slot& slot) {
  if (!slot.script) return false;
  switch (slot.script->type) {
    case script::SectionType::dsect:
    case script::SectionType::copy:
    case script::SectionType::info:
    case script::SectionType::overlay:
      return true;
    default:
      return false;
  }
}

class Sizer {
 public:
  Sizer(Plan& plan, const ScriptActions& actions, const SizingPass& pass)
      : plan_(plan), actions_(actions), pass_(pass) {}

  void run() {
    for (OutputSection* section = plan_.sections.first(); section; section = section->next)
      start(*section);
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      slot->has_address = slot->has_load_address = false;
      if (slot->section && slot->section->is_removed) start(*slot->section);
    }
    plan_.regions.reset();
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      if (slot->assignment) {
        assign(*slot);
      } else if (slot->assertion) {
        actions_.check(*slot->assertion, told_dot_, nullptr);
        plan_.regions.whole()->next = dot_;  // as an assignment does
      } else if (slot->is_output_section() && slot->constraint != Slot::Constraint::unmet) {
        size_slot(*slot);
      }
    }
  }

 private:
  void assign(const Slot& slot) {
    const script::Assignment& assignment = *slot.assignment;
    // A final link gives symbols their values in passes of their own (assign_symbols).
    if (!pass_.is_relocatable) told_dot_ = dot_;
    const AssignmentPlace place{told_dot_, nullptr, section_of_dot(slot)};
    if (assignment.symbol == "." && pass_.is_relocatable) {
      dot_ = actions_.assign(assignment, {dot_, nullptr, place.behind});
      prefers_next_ = true;
    }
    told_dot_ = actions_.assign(assignment, place);
    if (!pass_.is_relocatable) dot_ = told_dot_;
    plan_.regions.whole()->next = dot_;
  }

  /// Of a partial link: outside of sections the location counter belongs to the one before it or,
  /// behind an assignment to it, to the one after it, if that is in memory.
  OutputSection* section_of_dot(const Slot& slot) const {
    if (behind_ && !prefers_next_) return behind_;
    for (const Slot* next = slot.next; next; next = next->next)
      if (next->section && next->constraint != Slot::Constraint::unmet)
        return takes_symbols(*next->section) ? next->section : behind_;
    return behind_;
  }

  static bool takes_symbols(const OutputSection& section) {
    return (section.traits & (trait_alloc | trait_thread_local)) == trait_alloc;
  }

  static void start(OutputSection& section) {
    section.last_size = section.size;
    section.size = 0;
  }

  /// How far a section moved so that it is aligned.
  struct Alignment {
    unsigned power = 0;
    std::uint64_t moved = 0;
  };

  std::uint64_t value_of(const script::Expression& expression, const char* what) {
    const auto value = actions_.evaluate(expression, 0, nullptr);
    if (!value && !pass_.is_marking && !pass_.is_relocatable)
      throw Error(expression.place.location(), fmt::format("nonconstant expression for {}", what),
                  "it uses a symbol or a section whose value comes later");
    return value.value_or(0);
  }

  std::uint8_t asked_alignment(const Slot& slot) {
    if (!slot.script || !slot.script->align) return 0;
    return power_of(value_of(*slot.script->align, "section alignment"));
  }

  /// True if the place has an address of its own; dot is there then.
  bool take_address(const Slot& slot) {
    if (slot.start) {
      dot_ = *slot.start;
    } else if (slot.is_at_zero) {
      dot_ = 0;
    } else if (slot.script && slot.script->address) {
      const auto address = actions_.evaluate(*slot.script->address, dot_, nullptr);
      if (!address && !pass_.is_marking && !pass_.is_relocatable)
        throw Error(slot.script->address->place.location(),
                    fmt::format("non constant or forward reference address expression for "
                                "section {}",
                                slot.name),
                    "its address uses something that is known only behind it");
      dot_ = address.value_or(pass_.is_relocatable ? 0 : dot_);
    } else {
      return false;
    }
    return true;
  }

  void size_slot(Slot& slot) {
    const bool has_address = take_address(slot);
    if (!slot.section) return;
    OutputSection& section = *slot.section;
    const Alignment alignment = place(slot, has_address);
    section_ = &section;
    subalign_.reset();
    if (slot.script && slot.script->subalign)
      subalign_ = power_of(value_of(*slot.script->subalign, "subsection alignment"));
    std::uint64_t at = section.address;
    for (Item& item : slot.items) at = size_item(slot, item, at);
    section_ = nullptr;
    slot.has_address = true;
    if (!slot.is_ignored) dot_ = section.address;
    set_load_address(slot, alignment);
    slot.has_load_address = true;
    follow(slot);
    if (slot.is_ignored) return;
    const bool is_sized = pass_.is_relocatable || !is_thread_local_bss(section);
    const std::uint64_t size = is_sized ? section.size : 0;
    dot_ += size;
    if (slot.after) dot_ = actions_.assign(*slot.after, {dot_, nullptr, nullptr});
    told_dot_ = dot_;
    if (takes_symbols(section)) behind_ = &section;
    if (section.traits & trait_alloc) prefers_next_ = false;
    if (slot.region && (section.traits & (trait_alloc | trait_load)))
      advance_regions(slot, has_address, size);
  }

  /// Chooses the section's address.
  Alignment place(Slot& slot, bool has_address) {
    OutputSection& section = *slot.section;
    const std::uint8_t asked = asked_alignment(slot);
    section.alignment_power = std::max(section.alignment_power, asked);
    std::uint64_t start = dot_;
    Alignment alignment{asked, 0};
    if (!has_address) {
      if (!slot.region ||
          (slot.region == plan_.regions.whole() && (section.traits & (trait_alloc | trait_load))))
        slot.region = plan_.regions.fitting(section.traits);
      check_region(slot);
      start = slot.region->next;
      alignment.power = section.alignment_power;
    }
    const std::uint64_t aligned = align_up(start, alignment.power);
    alignment.moved = aligned - start;
    if (pass_.faults && !pass_.is_marking && (has_address || pass_.rules->warns_section_align))
      warn_moved(section, slot, alignment, aligned);
    section.address = aligned;
    return alignment;
  }

  void warn_moved(const OutputSection& section, const Slot& slot, const Alignment& alignment,
                  std::uint64_t aligned) {
    const std::uint64_t mask = (std::uint64_t{1} << alignment.power) - 1;
    std::uint64_t moved = alignment.moved;
    if (!pass_.is_first) {
      moved = aligned - section.address;
      if ((moved & mask) == 0) moved = 0;
    }
    if (moved != 0)
      pass_.faults->warnings.push_back(fmt::format("warning: start of section {} changed by {}",
                                                   slot.name, static_cast<std::int64_t>(moved)));
  }

  /// With MEMORY, a section that is loaded has to be in a region.
  void check_region(const Slot& slot) {
    if (slot.is_ignored || !is_in_memory(*slot.section) || pass_.is_relocatable ||
        !pass_.checks_regions || !pass_.is_first || slot.region != plan_.regions.whole() ||
        !plan_.regions.are_declared())
      return;
    const std::string what =
        fmt::format("no memory region specified for loadable section `{}'", slot.section->name);
    if (pass_.rules->checks_sections)
      throw Error("error: " + what,
                  "name a region behind its closing brace: > REGION; or give a region attributes "
                  "that it has");
    pass_.faults->warnings.push_back("warning: " + what);
  }

  void set_load_address(Slot& slot, Alignment alignment) {
    OutputSection& section = *slot.section;
    const MemoryRegion& region = slot.region ? *slot.region : *plan_.regions.whole();
    if (slot.script && slot.script->load_address) {
      section.load_address = value_of(*slot.script->load_address, "load base");
    } else if (slot.load_region) {
      std::uint64_t address = slot.load_region->next;
      if (slot.script && slot.script->align_with_input) {
        address += alignment.moved;
      } else {
        // The section's own alignment counts only where its address and its load address are one.
        if (slot.load_region != slot.region) alignment.power = asked_alignment(slot);
        address = align_up(address, alignment.power);
      }
      section.load_address = address;
    } else if (region.last && (section.traits & trait_alloc)) {
      follow_last(slot, *region.last->section, alignment);
    } else {
      section.load_address = section.address;
    }
  }

  /// The load address keeps its distance to that of the section before.
  void follow_last(const Slot& slot, const OutputSection& last, const Alignment& alignment) {
    OutputSection& section = *slot.section;
    section.load_address = section.address;
    if (dot_ < last.address && section.size != 0 && dot_ + section.size <= last.address) {
      if (last.address != last.load_address && pass_.faults && !pass_.is_marking)
        pass_.faults->warnings.push_back(
            fmt::format("warning: dot moved backwards before `{}'", slot.name));
      return;
    }
    const std::uint64_t address = slot.in_overlay == Slot::InOverlay::later
                                      ? last.load_address + last.size
                                      : section.address + last.load_address - last.address;
    section.load_address = align_up(address, alignment.power);
  }

  /// Notes the section that load addresses of others in its region follow.
  void follow(Slot& slot) {
    if (pass_.is_relocatable) return;
    MemoryRegion& region = slot.region ? *slot.region : *plan_.regions.whole();
    const OutputSection& section = *slot.section;
    const bool counts =
        is_in_memory(section) &&
        (section.size != 0 || (!region.last && section.address != section.load_address) ||
         (region.last && dot_ >= region.last->section->address));
    if ((counts || slot.in_overlay == Slot::InOverlay::first) && !slot.load_region)
      region.last = &slot;
  }

  void advance_regions(Slot& slot, bool has_address, std::uint64_t size) {
    const OutputSection& section = *slot.section;
    slot.region->next = dot_;
    check_fit(slot, *slot.region, has_address, section.address);
    const bool is_loaded_apart = slot.load_region && slot.load_region != slot.region;
    const bool aligns_with_input = slot.script && slot.script->align_with_input;
    if (!is_loaded_apart || !((section.traits & trait_load) || aligns_with_input)) return;
    slot.load_region->next = section.load_address + size;
    check_fit(slot, *slot.load_region, false, section.load_address);
  }

  /// The end of a region may be the end of memory, where addresses start from 0 again.
  void check_fit(const Slot& slot, MemoryRegion& region, bool has_address, std::uint64_t start) {
    if (!pass_.checks_regions || pass_.is_marking) return;
    const bool is_inside =
        region.next >= region.origin && region.next - region.origin <= region.length;
    const bool is_at_end = region.next == region.origin + region.length && start != 0;
    if (is_inside || is_at_end) return;
    const std::string where =
        fmt::format("{} section `{}'", pass_.rules->output, slot.section->name);
    if (has_address) {
      add_error(fmt::format("address {:#x} of {} is not within region `{}'", region.next, where,
                            region.name()));
    } else if (!region.overflows) {
      region.overflows = true;
      add_error(fmt::format("{} will not fit in region `{}'", where, region.name()));
    }
  }

  void add_error(std::string text) {
    std::vector<std::string>& errors = pass_.faults->errors;
    if (std::ranges::find(errors, text) == errors.end()) errors.push_back(std::move(text));
  }

  std::uint64_t size_item(Slot& slot, Item& item, std::uint64_t dot) {
    if (plan_.spill)
      dot = plan_.spill->place(slot, item, dot, [&](InputSection& input, std::uint64_t at) {
        return size_input(slot, input, at);
      });
    else
      for (InputSection* input : item.inputs) dot = size_input(slot, *input, dot);
    if (!item.statement) return dot;
    if (const auto* assignment = std::get_if<script::Assignment>(item.statement))
      return size_assignment(slot, item, *assignment, dot);
    if (const auto* data = std::get_if<script::Data>(item.statement)) {
      item.offset = dot - section_->address;
      item.value = actions_.evaluate(data->value, dot, section_).value_or(0);
      section_->size = item.offset + data_size(data->kind);
      return dot + data_size(data->kind);
    }
    if (const auto* text = std::get_if<script::Asciz>(item.statement)) {
      item.offset = dot - section_->address;
      section_->size = item.offset + text->text.size() + 1;
      return dot + text->text.size() + 1;
    }
    if (const auto* assertion = std::get_if<script::Assertion>(item.statement))
      actions_.check(*assertion, dot, section_);
    if (std::holds_alternative<script::CreateObjectSymbols>(*item.statement))
      section_->is_kept = true;
    return dot;
  }

  std::uint64_t size_assignment(Slot& slot, Item& item, const script::Assignment& assignment,
                                std::uint64_t dot) {
    item.gap = 0;
    const AssignmentPlace place{dot, section_, nullptr};
    const std::uint64_t moved = actions_.assign(assignment, place);
    if (assignment.symbol != ".") {
      slot.defines_symbols = slot.defines_symbols || actions_.has_assigned(assignment);
      return dot;
    }
    if (pass_.is_marking && actions_.keeps_section(assignment, place, moved))
      section_->is_kept = true;
    item.offset = moved - section_->address;
    if (moved == dot || slot.is_ignored) return dot;
    if (!is_unallocated(slot)) section_->traits |= trait_alloc;
    item.gap = moved - dot;
    item.had_gap = true;
    section_->size = moved - section_->address;
    return moved;
  }

  std::uint64_t size_input(const Slot& slot, InputSection& input, std::uint64_t dot) {
    if (input.is_discarded || slot.is_ignored) {
      input.output_offset = dot - section_->address;
      return dot;
    }
    if (pass_.before_placing) pass_.before_placing(input);
    if (subalign_) input.alignment_power = *subalign_;
    section_->alignment_power = std::max(section_->alignment_power, input.alignment_power);
    const std::uint64_t aligned = align_up(dot, input.alignment_power);
    if (aligned != dot) input.had_gap = true;
    dot = aligned;
    input.output_offset = dot - section_->address;
    // It may end where addresses start from 0 again.
    if (dot != 0 && input.size > ~dot + 1)
      throw Error(Location{input.file->path, 0},
                  fmt::format("section {} of {:#x} bytes is too large", input.name, input.size));
    dot += input.size;
    section_->size = dot - section_->address;
    return dot;
  }

  Plan& plan_;
  const ScriptActions& actions_;
  const SizingPass& pass_;
  std::uint64_t dot_ = 0;
  std::uint64_t told_dot_ = 0;  // what symbols get: no address of a section that is not there
  OutputSection* section_ = nullptr;
  OutputSection* behind_ = nullptr;  // the last section in memory
  bool prefers_next_ = false;        // the location counter was set since then
  std::optional<std::uint8_t> subalign_;
};

}  // namespace

bool has_content(const OutputSection& section) {
  constexpr Traits loaded_tls = trait_load | trait_thread_local;
  return (section.traits & trait_contents) || (section.traits & loaded_tls) == loaded_tls;
}

std::uint64_t data_size(script::DataKind kind) {
  switch (kind) {
    case script::DataKind::byte:
      return 1;
    case script::DataKind::short_:
      return 2;
    case script::DataKind::long_:
      return 4;
    case script::DataKind::quad:
    case script::DataKind::squad:
      break;
  }
  return 8;
}

void assign_addresses(Plan& plan, const ScriptActions& actions, const SizingPass& pass) {
  Sizer(plan, actions, pass).run();
}

void assign_addresses(Plan& plan, const ScriptActions& actions, bool is_relocatable) {
  SizingPass pass;
  pass.is_relocatable = is_relocatable;
  assign_addresses(plan, actions, pass);
}

}  // namespace kbx::link
