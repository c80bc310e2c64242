#include "kbx/link/layout/output_section.h"

#include <elf.h>

namespace kbx::link {

std::uint32_t header_type(const OutputSection& section) {
  constexpr Traits in_file = trait_load | trait_contents;
  std::uint32_t by_traits = SHT_PROGBITS;
  if ((section.traits & trait_alloc) && !(section.traits & in_file)) by_traits = SHT_NOBITS;
  if (section.traits & trait_group) by_traits = SHT_GROUP;
  if (section.script_type != 0) by_traits = section.script_type;
  if (section.type == SHT_NULL) return by_traits;
  const bool gets_content = section.type == SHT_NOBITS && by_traits == SHT_PROGBITS;
  return gets_content && (section.traits & trait_alloc) ? SHT_PROGBITS : section.type;
}

std::uint64_t header_flags(const OutputSection& section) {
  std::uint64_t flags = section.flags;
  if (section.traits & trait_alloc) flags |= SHF_ALLOC;
  if (!(section.traits & trait_readonly)) flags |= SHF_WRITE;
  if (section.traits & trait_code) flags |= SHF_EXECINSTR;
  if (section.traits & trait_merge) flags |= SHF_MERGE;
  if (section.traits & trait_strings) flags |= SHF_STRINGS;
  if (section.traits & trait_thread_local) flags |= SHF_TLS;
  if (section.is_ordered) flags |= SHF_LINK_ORDER;
  return flags;
}

OutputSection* OutputSections::add(std::string_view name) {
  OutputSection& section = storage_.emplace_back();
  section.name = name;
  insert_before(&section, nullptr);
  by_name_.add(section);
  return &section;
}

OutputSection* OutputSections::find(std::string_view name) const {
  const auto row = by_name_.named(name);
  if (row.empty()) return nullptr;
  OutputSection* const only = *row.begin();
  if (!only->next_of_name) return only;
  for (OutputSection* section = first_; section; section = section->next)
    if (section->name == name) return section;
  return nullptr;
}

void OutputSections::move_before(OutputSection* section, OutputSection* place) {
  unlink(section);
  insert_before(section, place);
}

void OutputSections::remove(OutputSection* section) {
  by_name_.remove(*section);
  OutputSection* const previous = section->previous;
  OutputSection* const next = section->next;
  unlink(section);
  section->previous = previous;
  section->next = next;
  section->is_removed = true;
}

void OutputSections::unlink(OutputSection* section) {
  (section->previous ? section->previous->next : first_) = section->next;
  (section->next ? section->next->previous : last_) = section->previous;
  section->previous = section->next = nullptr;
}

void OutputSections::insert_before(OutputSection* section, OutputSection* place) {
  section->next = place;
  section->previous = place ? place->previous : last_;
  (section->previous ? section->previous->next : first_) = section;
  (place ? place->previous : last_) = section;
}

}  // namespace kbx::link
