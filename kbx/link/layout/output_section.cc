#include "kbx/link/layout/output_section.h"

namespace kbx::link {

OutputSection* OutputSections::add(std::string_view name) {
  OutputSection& section = storage_.emplace_back();
  section.name = name;
  insert_before(&section, nullptr);
  by_name_[name].push_back(&section);
  return &section;
}

OutputSection* OutputSections::find(std::string_view name) const {
  const auto known = by_name_.find(name);
  if (known == by_name_.end() || known->second.empty()) return nullptr;
  if (known->second.size() == 1) return known->second.front();
  for (OutputSection* section = first_; section; section = section->next)
    if (section->name == name) return section;
  return nullptr;
}

void OutputSections::move_before(OutputSection* section, OutputSection* place) {
  unlink(section);
  insert_before(section, place);
}

void OutputSections::remove(OutputSection* section) {
  std::erase(by_name_[section->name], section);
  unlink(section);
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
