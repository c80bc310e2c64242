#include "kbx/link/layout/placement.h"

#include <algorithm>
#include <charconv>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/joiner.h"
#include "kbx/link/layout/orphans.h"
#include "kbx/link/layout/pattern.h"
#include "kbx/link/layout/script_places.h"

/// Which input section becomes part of which output section. What is followed is GNU ld 2.40: the
/// order of the script's places, then orphans in the order of the input, each behind the last one
/// of its kind; what the flags and the type of an output section become by what goes into it.
namespace kbx::link {
namespace {

using Constraint = Slot::Constraint;

bool mentions_segment(const script::Expression& expression, std::string_view name) {
  if (expression.operation == script::Operation::segment_start && expression.name == name)
    return true;
  return std::ranges::any_of(expression.operands, [&](const script::Expression& operand) {
    return mentions_segment(operand, name);
  });
}

/// True if the script has a SEGMENT_START of that name.
bool uses_segment_start(const Plan& plan, std::string_view name) {
  for (const Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (slot->assignment && mentions_segment(slot->assignment->value, name)) return true;
    const bool has_address = slot->script && slot->script->address;
    if (has_address && mentions_segment(*slot->script->address, name)) return true;
  }
  return false;
}

class Placer {
 public:
  Placer(Plan& plan, const Options& options, const Say& say)
      : plan_(plan),
        options_(options),
        say_(say),
        joiner_(plan, options),
        orphans_(plan, joiner_) {}

  void place(const std::vector<InputFile*>& files) {
    match(files);
    for (const Definition& definition : options_.section_addresses)
      if (definition.place <= script_place()) set_start(definition);
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) fill(*slot);
    for (const Definition& definition : options_.section_addresses)
      if (definition.place > script_place()) set_start(definition);
    move_inserted(plan_);
    for (InputFile* file : files)
      for (InputSection* section : file->sections)
        if (!section->output && !section->is_discarded) place_unmatched(*section);
  }

 private:
  // --section-start.

  /// How many inputs stand before the script that was given with -T.
  std::size_t script_place() const {
    for (std::size_t i = 0; i < options_.inputs.size(); ++i)
      if (options_.inputs[i].kind == Input::Kind::script) return i;
    return options_.inputs.size();
  }

  /// The section is there from where the option stands: its header comes before those of what
  /// only the script behind it makes. A script that asks for the segment's start has it from there.
  void set_start(const Definition& definition) {
    const std::string_view name = definition.name;
    if (name.starts_with('.') && uses_segment_start(plan_, name.substr(1))) return;
    Slot* slot = plan_.slots.find(definition.name);
    if (!slot) slot = plan_.slots.add(definition.name, Constraint::none);
    slot->start = number_of(definition);
    joiner_.make_section_for(*slot, false);
  }

  static std::uint64_t number_of(const Definition& definition) {
    std::string_view digits = definition.value;
    if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (digits.empty() || stop != end || error != std::errc())
      throw Error(
          fmt::format("invalid address \"{}\" for section {}", definition.value, definition.name),
          "expected a hexadecimal number");
    return value;
  }

  // What the script asks for.

  void match(const std::vector<InputFile*>& files) {
    const PatternTable patterns(plan_.slots);
    for (InputFile* file : files)
      for (InputSection* section : file->sections) {
        if (section->is_discarded) continue;
        const bool is_in_group = joiner_.is_in_group(*section);
        if (!is_in_group && joiner_.is_unique(*section)) continue;
        if (plan_.spill) {
          for (const PatternTable::Place* place : patterns.find_all(*section, is_in_group))
            if (meets_constraint(*place->slot, files, patterns))
              place->slot->items[place->item].inputs.push_back(section);
          continue;
        }
        const PatternTable::Place* place = patterns.find(*section, is_in_group);
        while (place && !meets_constraint(*place->slot, files, patterns))
          place = patterns.find(*section, is_in_group);
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
        const PatternTable::Place* place = patterns.find(*section, joiner_.is_in_group(*section));
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
    if (slot.assignment) joiner_.make_mentioned(slot.assignment->value);
    if (slot.assertion) joiner_.make_mentioned(slot.assertion->condition);
    if (!slot.is_output_section() || slot.constraint == Constraint::unmet) return;
    for (Item& item : slot.items) {
      if (const auto* input = std::get_if<script::InputSections>(item.statement)) {
        sort(item.inputs, *input);
        std::vector<InputSection*> inputs;
        inputs.swap(item.inputs);
        for (InputSection* section : inputs) {
          if (plan_.spill && section->output) tell_of_more(slot, *section);
          joiner_.add(slot, *section, item);
        }
      } else if (is_discarding(slot)) {
        refuse_in_discard(*item.statement);
      } else {
        const bool is_data = std::holds_alternative<script::Data>(*item.statement) ||
                             std::holds_alternative<script::Asciz>(*item.statement);
        if (const auto* data = std::get_if<script::Data>(item.statement))
          joiner_.make_mentioned(data->value);
        joiner_.make_section_for(slot, is_data);
        make_mentioned(*item.statement);
      }
    }
  }

  /// A further pattern takes what has an output section already.
  void tell_of_more(const Slot& slot, const InputSection& section) const {
    if (!options_.warn_non_contiguous_regions) return;
    const std::string what =
        fmt::format("section `{}' from `{}'", section.name, section.file->path);
    if (is_discarding(slot))
      say_(
          fmt::format("{}: warning: --enable-non-contiguous-regions makes {} match /DISCARD/ "
                      "clause.",
                      options_.program, what));
    else if (slot.section && slot.section != section.output)
      say_(
          fmt::format("{}: warning: --enable-non-contiguous-regions may change behaviour for {} "
                      "(assigned to {}, but additional match: {})",
                      options_.program, what, section.output->name, slot.section->name));
  }

  /// What is thrown away can have no symbols and no data.
  static void refuse_in_discard(const script::Statement& statement) {
    std::optional<script::Place> place;
    if (const auto* assignment = std::get_if<script::Assignment>(&statement))
      place = assignment->place;
    else if (const auto* assertion = std::get_if<script::Assertion>(&statement))
      place = assertion->place;
    else if (const auto* data = std::get_if<script::Data>(&statement))
      place = data->place;
    if (place)
      throw Error(place->location(), "illegal use of `/DISCARD/' section",
                  "only patterns of input sections may stand in it");
  }

  void make_mentioned(const script::Statement& statement) {
    if (const auto* assignment = std::get_if<script::Assignment>(&statement))
      joiner_.make_mentioned(assignment->value);
    if (const auto* assertion = std::get_if<script::Assertion>(&statement))
      joiner_.make_mentioned(assertion->condition);
  }

  void sort(std::vector<InputSection*>& inputs, const script::InputSections& patterns) const {
    const auto sort_of = [&](const script::SectionPattern& pattern) {
      script::Sort sort = pattern.sort;
      if (options_.sort_section_by_name) {
        if (sort == script::Sort::unsorted) sort = script::Sort::name;
        if (sort == script::Sort::alignment) sort = script::Sort::alignment_name;
      } else if (options_.sort_section_by_alignment) {
        if (sort == script::Sort::unsorted) sort = script::Sort::alignment;
        if (sort == script::Sort::name) sort = script::Sort::name_alignment;
      }
      return SortOrder{sort, pattern.reverse};
    };
    std::vector<SortOrder> orders;
    for (const script::SectionPattern& pattern : patterns.sections)
      orders.push_back(sort_of(pattern));
    if (orders.empty()) return;
    if (patterns.file.sort == script::Sort::name) return sort_files(inputs, patterns, orders);
    if (std::all_of(orders.begin(), orders.end(),
                    [&](const SortOrder& order) { return order == orders.front(); })) {
      sort_input(inputs, orders.front().sort, orders.front().reverse);
      return;
    }
    sort_mixed(inputs, patterns, orders);
  }

  // Orphans.

  /// The first output section of the script that takes COMMON of some file, or else .bss.
  Slot* place_of_commons() {
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      if (slot->constraint == Constraint::unmet || is_discarding(*slot)) continue;
      for (const Item& item : slot->items) {
        const auto* input =
            item.statement ? std::get_if<script::InputSections>(item.statement) : nullptr;
        if (input && std::ranges::any_of(input->sections, [](const script::SectionPattern& each) {
              return each.name == "COMMON";
            }))
          return slot;
      }
    }
    return plan_.slots.find(".bss");
  }

  void place_unmatched(InputSection& section) {
    if (joiner_.is_dropped(section)) {
      section.is_discarded = true;
      return;
    }
    if (&section == section.file->commons) {
      // No pattern of the script took it.
      const bool are_placed = options_.define_common && !options_.inhibit_common;
      if (options_.kind == OutputKind::relocatable && !are_placed) return;
      Slot* slot = place_of_commons();
      if (!slot) slot = plan_.slots.add(".bss", Constraint::none);
      joiner_.add(*slot, section, slot->items.emplace_back());
      return;
    }
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
    Slot* slot = orphans_.place(section, joiner_.is_unique(section) || options_.unique_sections);
    if (options_.orphans == OrphanHandling::warn)
      say_(fmt::format("{}: warning: orphan section `{}' from `{}' being placed in section `{}'",
                       options_.program, section.name, section.file->path, slot->name));
  }

  Plan& plan_;
  const Options& options_;
  const Say& say_;
  Joiner joiner_;
  OrphanPlacer orphans_;
};

}  // namespace

void place_input(Plan& plan, const std::vector<InputFile*>& files, const Options& options,
                 const Say& say) {
  Placer(plan, options, say).place(files);
}

}  // namespace kbx::link
