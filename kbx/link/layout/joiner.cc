#include "kbx/link/layout/joiner.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/layout/pattern.h"
#include "kbx/link/script/expression.h"
#include "kbx/link/script/pattern.h"

/// What an output section becomes by what goes into it, as GNU ld 2.40 decides: the first input
/// section gives its type, read-only stays what is so throughout, merging what merges alike.
namespace kbx::link {
namespace {

constexpr std::uint64_t machine_flags = SHF_MASKOS | SHF_MASKPROC;

/// What data in a script makes of its section.
Traits data_traits(const Slot& slot) {
  switch (slot.script ? slot.script->type : script::SectionType::normal) {
    case script::SectionType::dsect:
    case script::SectionType::copy:
    case script::SectionType::info:
    case script::SectionType::overlay:
      return trait_contents;
    case script::SectionType::readonly:
      return trait_contents | trait_alloc | trait_load | trait_readonly;
    case script::SectionType::noload:
      return trait_never_load | trait_alloc;
    case script::SectionType::normal:
    case script::SectionType::typed:
      break;
  }
  return trait_contents | trait_alloc | trait_load;
}

/// The number of (TYPE = …), which is an expression or one of some names.
std::uint32_t type_of(const Slot& slot, const script::Expression& expression) {
  constexpr std::pair<std::string_view, std::uint32_t> names[] = {
      {"SHT_PROGBITS", SHT_PROGBITS},
      {"SHT_STRTAB", SHT_STRTAB},
      {"SHT_NOTE", SHT_NOTE},
      {"SHT_NOBITS", SHT_NOBITS},
      {"SHT_INIT_ARRAY", SHT_INIT_ARRAY},
      {"SHT_FINI_ARRAY", SHT_FINI_ARRAY},
      {"SHT_PREINIT_ARRAY", SHT_PREINIT_ARRAY}};
  if (expression.operation == script::Operation::symbol)
    for (const auto& [name, type] : names)
      if (name == expression.name) return type;
  std::optional<script::Value> value;
  if (expression.operation != script::Operation::symbol) {
    script::Environment environment;
    environment.phase = script::Phase::first;
    value = script::evaluate(expression, environment).value;
  }
  if (!value)
    throw Error(expression.place.location(),
                fmt::format("invalid type for output section `{}'", slot.name),
                "TYPE takes a number, or SHT_PROGBITS, SHT_STRTAB, SHT_NOTE, SHT_NOBITS, "
                "SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY");
  return static_cast<std::uint32_t>(value->number);
}

/// What the type that the script gives an output section makes of its input.
Traits adjusted(const Slot& slot, Traits traits) {
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

}  // namespace

bool Joiner::is_unique(const InputSection& section) const {
  return is_in_group(section) || std::any_of(unique_patterns_.begin(), unique_patterns_.end(),
                                             [&](const std::string& pattern) {
                                               return script::name_matches(pattern, section.name);
                                             });
}

bool Joiner::is_dropped(const InputSection& section) const {
  if ((section.traits & trait_exclude) && !is_relocatable_) return true;
  if ((section.traits & trait_group) && !keeps_groups_) return true;
  return strips_debugging_ && (section.traits & trait_debugging);
}

void Joiner::make_section_for(Slot& slot, bool is_data) {
  const Traits traits = is_data ? data_traits(slot) : Traits{0};
  if (!slot.section)
    make_section(slot, is_data ? traits | Traits{trait_readonly} : Traits{0});
  else
    slot.section->traits |= traits;
  if (is_data && slot.script && slot.script->type_value)
    slot.section->script_type = type_of(slot, *slot.script->type_value);
}

void Joiner::make_mentioned(const script::Expression& expression) {
  if (expression.operation == script::Operation::address_of ||
      expression.operation == script::Operation::load_address_of) {
    Slot* slot = plan_.slots.find(expression.name);
    if (slot && !slot->section && !is_discarding(*slot)) make_section(*slot, 0);
  }
  for (const script::Expression& operand : expression.operands) make_mentioned(operand);
}

OutputSection* Joiner::make_section(Slot& slot, Traits traits) {
  if (slot.constraint != Slot::Constraint::special && !slot.is_repeated) {
    OutputSection* known = plan_.sections.find(slot.name);
    const bool is_taken = std::ranges::any_of(
        plan_.slots.named(slot.name), [&](const Slot* other) { return other->section == known; });
    if (!is_taken) slot.section = known;
  }
  if (!slot.section) {
    slot.section = plan_.sections.add(slot.name);
    slot.section->traits = traits;
    if (const SpecialSection* special = special_section(slot.name)) {
      slot.section->type = special->type;
      slot.section->flags = special->flags;
    }
  }
  if (slot.script && slot.script->address) make_mentioned(*slot.script->address);
  if (slot.script && slot.script->load_address) make_mentioned(*slot.script->load_address);
  return slot.section;
}

Traits Joiner::joined_traits(const Slot& slot, const InputSection& section) const {
  Traits traits = section.traits & ~Traits{trait_never_load};
  if ((traits & trait_link_once) && (traits & trait_group)) {
    traits &= ~Traits{trait_relocated};
    if (!keeps_groups_) traits &= ~Traits{trait_link_once};
  } else if (!is_relocatable_) {
    traits &= ~(trait_link_once | trait_relocated);
  }
  return adjusted(slot, traits);
}

void Joiner::add(Slot& slot, InputSection& section, Item& item) {
  if (section.output && (!plan_.spill || is_discarding(slot) || section.output == slot.section))
    return;
  if (plan_.spill && section.is_discarded) return;
  if (is_discarding(slot) || is_dropped(section)) {
    section.is_discarded = true;
    return;
  }
  Traits traits = joined_traits(slot, section);
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
void Joiner::start(OutputSection& output, const InputSection& section) const {
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

}  // namespace kbx::link
