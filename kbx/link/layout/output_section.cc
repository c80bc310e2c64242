#include "kbx/link/layout/output_section.h"

namespace kbx::link {

OutputSection* OutputSections::add(std::string_view name) {
  OutputSection& section = storage_.emplace_back();
  section.name = name;
  insert_before(&section, nullptr);
  return &section;
}

OutputSection* OutputSections::find(std::string_view name) const {
  for (OutputSection* section = first_; section; section = section->next)
    if (section->name == name) return section;
  return nullptr;
}

void OutputSections::move_before(OutputSection* section, OutputSection* place) {
  remove(section);
  insert_before(section, place);
}

void OutputSections::remove(OutputSection* section) {
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
