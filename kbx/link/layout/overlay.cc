#include "kbx/link/layout/overlay.h"

#include <cctype>

#include "kbx/link/layout/script_places.h"

/// An OVERLAY in the terms of plain output sections, after ld's manual, chapter "Overlay
/// Description": all start where the first does; dot goes behind the largest of them; the first is
/// loaded where AT(…) says, each other one behind the one before it.
namespace kbx::link {
namespace {

using script::Operation;

script::Expression of_section(Operation operation, const std::string& name,
                              const script::Place& place) {
  script::Expression expression;
  expression.place = place;
  expression.operation = operation;
  expression.name = name;
  return expression;
}

script::Expression pair(Operation operation, script::Expression left, script::Expression right) {
  script::Expression expression;
  expression.place = left.place;
  expression.operation = operation;
  expression.operands = {std::move(left), std::move(right)};
  return expression;
}

/// What of a section's name may stand in a symbol.
std::string symbol_part(const std::string& name) {
  std::string clean;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') clean += c;
  return clean;
}

script::OutputSection plain_section(const script::Overlay& overlay, std::size_t index) {
  const script::OverlaySection& from = overlay.sections[index];
  script::OutputSection section;
  section.place = from.place;
  section.name = from.name;
  section.address = overlay.address;
  if (index > 0)
    section.address = of_section(Operation::address_of, overlay.sections[0].name, from.place);
  else
    section.load_address = overlay.load_address;
  section.subalign = overlay.subalign;
  section.statements = from.statements;
  section.placement = overlay.placement;
  if (!from.program_headers.empty()) section.placement.program_headers = from.program_headers;
  if (from.fill) section.placement.fill = from.fill;
  return section;
}

void add_load_symbol(Plan& plan, const std::string& start, const std::string& name,
                     script::Expression value) {
  script::Assignment assignment;
  assignment.place = value.place;
  assignment.kind = script::AssignmentKind::provide;
  assignment.symbol = start + symbol_part(name);
  assignment.value = std::move(value);
  plan.made_items.emplace_back(std::move(assignment));
  plan.slots.add()->assignment = &std::get<script::Assignment>(plan.made_items.back());
}

/// Dot goes behind the largest section.
const script::Assignment* end_of_overlay(Plan& plan, const script::Overlay& overlay) {
  std::optional<script::Expression> largest;
  for (const script::OverlaySection& section : overlay.sections) {
    script::Expression size = of_section(Operation::size_of, section.name, section.place);
    largest = largest ? pair(Operation::maximum, std::move(*largest), std::move(size)) : size;
  }
  script::Assignment assignment;
  assignment.place = overlay.place;
  assignment.symbol = ".";
  assignment.value =
      pair(Operation::add,
           of_section(Operation::address_of, overlay.sections[0].name, overlay.place), *largest);
  plan.made_items.emplace_back(std::move(assignment));
  return &std::get<script::Assignment>(plan.made_items.back());
}

}  // namespace

void add_overlay(Plan& plan, const script::Overlay& overlay) {
  std::vector<std::string> names;
  Slot* last = nullptr;
  for (std::size_t i = 0; i < overlay.sections.size(); ++i) {
    const std::string& name = overlay.sections[i].name;
    const script::Place& place = overlay.sections[i].place;
    plan.made_items.emplace_back(plain_section(overlay, i));
    last = add_output_section(plan, std::get<script::OutputSection>(plan.made_items.back()));
    last->in_overlay = i == 0 ? Slot::InOverlay::first : Slot::InOverlay::later;
    // The address is that of the overlay, not a choice of the section.
    set_regions(plan, *last, overlay.placement, overlay.place, overlay.load_address.has_value(),
                false);
    add_load_symbol(plan, "__load_start_", name,
                    of_section(Operation::load_address_of, name, place));
    add_load_symbol(plan, "__load_stop_", name,
                    pair(Operation::add, of_section(Operation::load_address_of, name, place),
                         of_section(Operation::size_of, name, place)));
    names.push_back(name);
  }
  if (last) last->after = end_of_overlay(plan, overlay);
  if (overlay.no_cross_references) plan.cross_sections.add(std::move(names));
}

}  // namespace kbx::link
