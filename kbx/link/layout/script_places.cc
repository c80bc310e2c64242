#include "kbx/link/layout/script_places.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/overlay.h"

/// The places that scripts name, in the order of the scripts, and INSERT, which changes that order.
namespace kbx::link {
namespace {

using Constraint = Slot::Constraint;

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

void add_program_headers(Plan& plan, const script::ProgramHeaders& command) {
  for (const script::ProgramHeader& header : command.headers)
    plan.program_headers.emplace_back().declaration = &header;
}

/// The place behind which INSERT puts what stands before it.
Slot* insertion_place(Plan& plan, const script::Insert& insert, const std::vector<Slot*>& moving) {
  const auto stays = [&](const Slot* slot) {
    return slot->constraint != Constraint::unmet && std::ranges::find(moving, slot) == moving.end();
  };
  Slot* where = nullptr;
  for (Slot* slot : plan.slots.named(insert.section))
    if (!where && stays(slot)) where = slot;
  if (!where)
    throw Error(insert.place.location(), fmt::format("{} not found for insert", insert.section),
                "INSERT takes an output section of the script that stays in force");
  if (insert.after) return where;
  do {
    where = where->previous;
  } while (where->previous && !(where->is_output_section() && stays(where)));
  return where;
}

/// Moves the output's sections as their places are moved.
void move_sections(Plan& plan, const std::vector<Slot*>& moving, const Slot* where) {
  std::vector<OutputSection*> sections;
  for (const Slot* slot : moving)
    if (slot->section) sections.push_back(slot->section);
  OutputSection* behind = where->section;
  for (const Slot* slot = where->previous; !behind && slot; slot = slot->previous)
    if (slot->constraint != Constraint::unmet) behind = slot->section;
  if (sections.empty() || !behind || behind == sections.back()) return;
  for (OutputSection* section : sections) {
    if (section == behind) continue;
    if (behind->next != section) plan.sections.move_before(section, behind->next);
    behind = section;
  }
}

}  // namespace

void set_regions(Plan& plan, Slot& slot, const script::SectionPlacement& placement,
                 const script::Place& place, bool has_load_address, bool has_address) {
  slot.load_region =
      placement.load_region.empty() ? nullptr : plan.regions.wanted(placement.load_region, place);
  if (slot.load_region && has_load_address)
    throw Error(place.location(), "section has both a load address and a load region",
                "keep either AT(…) or AT>");
  if (!placement.region.empty())
    slot.region = plan.regions.wanted(placement.region, place);
  else
    slot.region = slot.load_region && !has_address ? slot.load_region : plan.regions.whole();
}

Slot* add_output_section(Plan& plan, const script::OutputSection& section) {
  if (section.align_with_input && section.align)
    throw Error(section.place.location(), "align with input and explicit align specified",
                "keep either ALIGN(…) or ALIGN_WITH_INPUT");
  const bool is_repeated = !plan.slots.named(section.name).empty() && section.name != "/DISCARD/";
  Slot* slot = plan.slots.add(section.name, constraint_of(section));
  slot->is_repeated = is_repeated;
  slot->script = &section;
  for (const script::Statement& statement : section.statements)
    slot->items.emplace_back().statement = &statement;
  set_regions(plan, *slot, section.placement, section.place, section.load_address.has_value(),
              section.address.has_value());
  if (!section.placement.program_headers.empty())
    slot->program_headers = &section.placement.program_headers;
  return slot;
}

void add_slots(Plan& plan, const script::Sections& sections) {
  for (const script::SectionsItem& item : sections.items) {
    if (const auto* section = std::get_if<script::OutputSection>(&item))
      add_output_section(plan, *section);
    else if (const auto* assignment = std::get_if<script::Assignment>(&item))
      plan.slots.add()->assignment = assignment;
    else if (const auto* assertion = std::get_if<script::Assertion>(&item))
      plan.slots.add()->assertion = assertion;
    else if (const auto* overlay = std::get_if<script::Overlay>(&item))
      add_overlay(plan, *overlay);
  }
}

Slot* add_command(Plan& plan, const script::Command& command) {
  Slot* const before = plan.slots.last();
  if (const auto* assignment = std::get_if<script::Assignment>(&command))
    plan.slots.add()->assignment = assignment;
  else if (const auto* assertion = std::get_if<script::Assertion>(&command))
    plan.slots.add()->assertion = assertion;
  else if (const auto* insert = std::get_if<script::Insert>(&command))
    plan.slots.add()->insert = insert;
  else if (const auto* sections = std::get_if<script::Sections>(&command))
    add_slots(plan, *sections);
  else if (const auto* memory = std::get_if<script::Memory>(&command))
    plan.regions.add(*memory);
  else if (const auto* alias = std::get_if<script::RegionAlias>(&command))
    plan.regions.add_alias(*alias);
  else if (const auto* headers = std::get_if<script::ProgramHeaders>(&command))
    add_program_headers(plan, *headers);
  else if (const auto* rule = std::get_if<script::NoCrossReferences>(&command))
    plan.cross_sections.add(*rule);
  return before;
}

void move_inserted(Plan& plan) {
  std::vector<Slot*> moving;
  for (Slot *slot = plan.slots.first(), *next = nullptr; slot; slot = next) {
    next = slot->next;
    if (!slot->insert) {
      moving.push_back(slot);
      continue;
    }
    Slot* where = insertion_place(plan, *slot->insert, moving);
    plan.slots.remove(slot);
    move_sections(plan, moving, where);
    Slot* behind = end_of(plan.slots, where, nullptr);
    for (Slot* moved : moving) {
      plan.slots.move_after(moved, behind);
      behind = moved;
    }
    moving.clear();
  }
}

}  // namespace kbx::link
