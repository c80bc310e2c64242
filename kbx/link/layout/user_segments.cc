#include "kbx/link/layout/user_segments.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"

/// PHDRS, after ld's manual, chapter "PHDRS Command": a section goes into the segments that it
/// names; one that names none into those of the section before it.
namespace kbx::link {
namespace {

using Names = std::vector<std::string>;

/// True for a section that goes where the one before it goes.
bool follows(const Slot& slot, std::uint32_t type) {
  const bool is_noload = slot.script && slot.script->type == script::SectionType::noload;
  return !is_noload && slot.section && (slot.section->traits & trait_alloc) && type != PT_INTERP;
}

const Names* next_names(const Slot* slot) {
  for (; slot; slot = slot->next)
    if (slot->program_headers) return slot->program_headers;
  throw Error("no sections assigned to phdrs",
              "PHDRS is given, so a section has to name a header: { … } :NAME");
}

}  // namespace

void evaluate_program_headers(Plan& plan, const Evaluate& evaluate) {
  const auto value = [&](const script::Expression& expression) {
    return evaluate(expression, 0, nullptr).value_or(0);
  };
  for (WantedSegment& wanted : plan.program_headers) {
    const script::ProgramHeader& declared = *wanted.declaration;
    wanted.type = static_cast<std::uint32_t>(value(declared.type));
    if (declared.flags) wanted.flags = static_cast<std::uint32_t>(value(*declared.flags));
    if (declared.load_address) wanted.load_address = value(*declared.load_address);
  }
}

std::vector<Segment> user_segments(const Plan& plan) {
  std::vector<Segment> segments;
  // As in GNU ld, what the last section names holds for the first ones of the next header too.
  const Names* last = nullptr;
  for (const WantedSegment& wanted : plan.program_headers) {
    Segment& segment = segments.emplace_back();
    segment.type = wanted.type;
    segment.flags = wanted.flags.value_or(0);
    segment.has_flags = wanted.flags.has_value();
    segment.load_address = wanted.load_address.value_or(0);
    segment.has_load_address = wanted.load_address.has_value();
    segment.has_file_header = wanted.declaration->file_header;
    segment.has_program_headers = wanted.declaration->program_headers;
    for (const Slot* slot = plan.slots.first(); slot; slot = slot->next) {
      if (!slot->is_output_section() || slot->constraint == Slot::Constraint::unmet) continue;
      const Names* names = slot->program_headers;
      if (names) {
        last = names;
      } else {
        if (!follows(*slot, wanted.type)) continue;
        if (!last) last = next_names(slot);
        names = last;
      }
      if (!slot->section) continue;
      const auto count = std::ranges::count(*names, wanted.declaration->name);
      segment.sections.insert(segment.sections.end(), static_cast<std::size_t>(count),
                              slot->section);
    }
  }
  return segments;
}

void check_program_headers(const Plan& plan, LayoutFaults& faults) {
  bool has_plain_load = false;
  for (const WantedSegment& wanted : plan.program_headers) {
    if (wanted.type != PT_LOAD) continue;
    const bool has_headers = wanted.declaration->file_header || wanted.declaration->program_headers;
    if (has_headers && has_plain_load)
      faults.errors.push_back(
          fmt::format("{}: PHDRS and FILEHDR are not supported when prior PT_LOAD headers lack "
                      "them",
                      wanted.declaration->place.location().to_string()));
    has_plain_load = has_plain_load || !has_headers;
  }
  const auto is_declared = [&](const std::string& name) {
    return std::ranges::any_of(plan.program_headers, [&](const WantedSegment& wanted) {
      return wanted.declaration->name == name;
    });
  };
  for (const Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->program_headers || !slot->section || slot->constraint == Slot::Constraint::unmet)
      continue;
    for (const std::string& name : *slot->program_headers)
      if (name != "NONE" && !is_declared(name))
        faults.errors.push_back(
            fmt::format("section `{}' assigned to non-existent phdr `{}'", slot->name, name));
  }
}

}  // namespace kbx::link
