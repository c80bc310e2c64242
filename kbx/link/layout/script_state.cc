#include "kbx/link/layout/script_state.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/layout/empty_sections.h"
#include "kbx/link/resolve/wrapped_name.h"

/// Assignments of a script, after ld's manual, chapter "Assigning Values to Symbols". GNU ld
/// evaluates them several times; what counts is the last time, but a name takes its place among the
/// global symbols when the script is first gone through, between the inputs around it.
namespace kbx::link {

using script::Environment;
using script::Phase;

script::Base ScriptState::base_of(OutputSection* section) const {
  if (!section) return script::absolute;
  const auto [found, is_new] =
      base_numbers_.emplace(section, static_cast<script::Base>(bases_.size()));
  if (is_new) bases_.push_back(section);
  return found->second;
}

/// What a name in an expression means.
const Symbol* ScriptState::referent(const std::string& name) const {
  return symbols_.find(wrapped.empty() ? name : wrapped_name(wrapped, name));
}

script::SymbolState ScriptState::state_of(const std::string& name) const {
  script::SymbolState state;
  const Symbol* symbol = referent(name);
  if (!symbol) return state;
  if (symbol->binding == Binding::common) state.kind = script::SymbolState::Kind::common;
  if (symbol->binding != Binding::defined && symbol->binding != Binding::defined_weak) return state;
  state.kind = script::SymbolState::Kind::defined;
  state.value = {symbol->value, script::absolute};
  if (belong_to_dot_.count(symbol) != 0) {
    state.value.number += symbol->output_section->address;
  } else if (symbol->output_section) {
    state.value.base = base_of(symbol->output_section);
  } else if (symbol->section && !symbol->section->is_discarded) {
    if (!symbol->section->output) {
      state.kind = script::SymbolState::Kind::discarded;
    } else {
      state.value = {symbol->value + symbol->section->output_offset,
                     base_of(symbol->section->output)};
    }
  }
  state.set_in_this_pass = set_in_this_pass_.count(name) != 0;
  return state;
}

std::optional<script::SectionState> ScriptState::section_state(const std::string& name) const {
  for (Slot* slot : plan_.slots.named(name)) {
    if (slot->constraint == Slot::Constraint::unmet) continue;
    script::SectionState state;
    state.exists = slot->section != nullptr;
    if (!slot->section) return state;
    const OutputSection& output = *slot->section;
    state.base = base_of(slot->section);
    state.alignment = std::uint64_t{1} << output.alignment_power;
    state.has_address = !rules_ || slot->has_address;
    // Inside of the section its size is that of the whole.
    state.size = slot->has_address ? output.size : output.last_size;
    if (!rules_) state.load_address = output.address;
    if (rules_ && slot->has_load_address) state.load_address = output.load_address;
    state.has_load_expression = rules_ && slot->script && slot->script->load_address;
    return state;
  }
  return std::nullopt;
}

/// What an expression names is wanted from then on, so that PROVIDE defines it and archives are
/// searched for it.
void ScriptState::note_use(const std::string& name) const {
  Symbol* symbol = symbols_.find(name);
  if (!symbol) symbol = symbols_.add(name);
  if (symbol->binding == Binding::fresh) symbol->binding = Binding::undefined;
}

void ScriptState::want_names(const script::Expression& expression) const {
  if (expression.operation == script::Operation::symbol) note_use(expression.name);
  for (const script::Expression& operand : expression.operands) want_names(operand);
}

Environment ScriptState::environment(Phase phase, std::uint64_t dot, OutputSection* section) const {
  Environment environment;
  environment.phase = phase;
  environment.dot = dot;
  environment.section = base_of(section);
  environment.sane_expressions = has_sane_expressions_;
  environment.symbol = [this, phase](const std::string& name) {
    if (phase != Phase::final) note_use(name);
    return state_of(name);
  };
  environment.is_defined = [this](const std::string& name) {
    const Symbol* symbol = referent(name);
    if (!symbol || (!is_defined(symbol->binding) && symbol->binding != Binding::common))
      return false;
    return !symbol->is_from_script || set_in_this_pass_.count(name) != 0 ||
           defined_in_object_.count(symbol) != 0;
  };
  environment.find_section = [this](const std::string& name) { return section_state(name); };
  environment.address_of = [this](script::Base base) {
    return base < 0 ? 0 : bases_[static_cast<std::size_t>(base)]->address;
  };
  environment.region = [this](const std::string& name) -> std::optional<script::RegionState> {
    const MemoryRegion* region = plan_.regions.find(name);
    if (!region) return std::nullopt;
    return script::RegionState{region->origin, region->length};
  };
  environment.size_of_headers = [this] { return header_size_; };
  if (rules_) add_final_parts(environment);
  return environment;
}

void ScriptState::add_final_parts(Environment& environment) const {
  environment.max_page_size = rules_->max_page_size;
  environment.common_page_size = rules_->common_page_size;
  if (size_of_headers) environment.size_of_headers = size_of_headers;
  environment.segment_start = [this](const std::string& name) { return segment_start(name); };
  environment.data_segment = &data_segment;
  if (!faults) return;
  environment.assertion_failed = [this](const script::Place& place, const std::string& message) {
    const std::string where = place.location().to_string();
    faults->errors.push_back(where.empty() ? message : where + ": " + message);
  };
}

std::optional<std::uint64_t> ScriptState::segment_start(const std::string& name) const {
  for (const auto& [segment, address] : rules_->segment_starts) {
    if (segment != name) continue;
    const bool is_on_page = !rules_->is_paged || address % rules_->max_page_size == 0;
    if (told_segments_.insert(name).second && !is_on_page)
      warnings_.push_back(
          fmt::format("warning: address of `{}' isn't multiple of maximum page size", name));
    return address;
  }
  return std::nullopt;
}

void ScriptState::begin_final(const LayoutRules& rules) {
  rules_ = rules;
  data_segment = {};
  data_segment.relro = rules.relro;
}

/// PROVIDE gives a value only to what is referred to and nothing else defines; once it has, it goes
/// on to.
bool ScriptState::is_wanted(const script::Assignment& assignment, const Symbol* symbol) const {
  const bool provides = assignment.kind == script::AssignmentKind::provide ||
                        assignment.kind == script::AssignmentKind::provide_hidden;
  if (!provides) return true;
  if (!symbol) return false;
  return symbol->binding == Binding::undefined || symbol->binding == Binding::undefined_weak ||
         (symbol->is_from_script && provided_.count(&assignment) != 0);
}

void ScriptState::define(const script::Assignment& assignment, const Environment& environment,
                         OutputSection* behind) {
  Symbol* symbol = symbols_.find(assignment.symbol);
  if (!is_wanted(assignment, symbol)) return;
  const script::Result result = script::evaluate_assignment(assignment, environment);
  provided_.insert(&assignment);
  if (!symbol) symbol = symbols_.add(assignment.symbol);
  if (!result.value && symbol->binding != Binding::fresh) return;
  set_value(*symbol, result, environment.phase, behind);
  const bool is_hidden = assignment.kind == script::AssignmentKind::hidden ||
                         assignment.kind == script::AssignmentKind::provide_hidden;
  if (is_hidden) {
    symbol->other = static_cast<std::uint8_t>((symbol->other & ~3u) | STV_HIDDEN);
    symbol->is_forced_local = true;
  }
  if (!result.only_symbol.empty())
    if (const Symbol* source = symbols_.find(result.only_symbol)) copy_kind(*source, *symbol);
  set_in_this_pass_.insert(assignment.symbol);
}

/// Another name of a symbol is of its type, and seen no further.
void ScriptState::copy_kind(const Symbol& source, Symbol& symbol) {
  symbol.type = source.type;
  const unsigned wanted = source.other & 3u;
  const unsigned own = symbol.other & 3u;
  if (wanted != STV_DEFAULT && (own == STV_DEFAULT || own > wanted))
    symbol.other = static_cast<std::uint8_t>((symbol.other & ~3u) | wanted);
}

/// An object's definition gives way to the script's; in a section of the output GNU ld warns of it.
void ScriptState::note_object_definition(const Symbol& symbol, const script::Value& value) {
  if (symbol.is_from_script) return;
  if (!is_defined(symbol.binding) && symbol.binding != Binding::common) return;
  defined_in_object_.insert(&symbol);
  const InputSection* section = symbol.section;
  if (!rules_ || symbol.binding != Binding::defined || !section || !section->output ||
      (section->traits & trait_linker_created))
    return;
  const std::string_view place =
      value.base >= 0 ? bases_[static_cast<std::size_t>(value.base)]->name : "*ABS*";
  warnings_.push_back(fmt::format(
      "{}:({}+{:#x}): warning: multiple definition of `{}'; {}:({}+{:#x}): first defined here",
      rules_->output, place, value.number, symbol.name, section->file->path, section->name,
      symbol.value));
}

void ScriptState::set_value(Symbol& symbol, const script::Result& result, Phase phase,
                            OutputSection* behind) {
  const script::Value value = result.value.value_or(script::Value{0, script::absolute});
  note_object_definition(symbol, value);
  symbol.binding = Binding::defined;
  symbol.section = nullptr;
  symbol.output_section = value.base >= 0 ? bases_[static_cast<std::size_t>(value.base)] : nullptr;
  symbol.value = value.number;
  symbol.is_from_script = true;
  symbol.awaits_layout = phase < Phase::allocating;
  symbol.is_defined_in_object = !symbol.awaits_layout;
  if (symbol.awaits_layout) {
    symbol.is_early_number = value.base == script::absolute && !result.from_dot;
    symbol.early_number = value.number;
  }
  made_of_dot_.erase(&symbol);
  belong_to_dot_.erase(&symbol);
  // What was made of dot outside of sections belongs to the section that dot was behind. For other
  // expressions it stays a number.
  if (!result.from_dot || value.base != script::absolute || !behind || phase != Phase::final)
    return;
  if (rules_) {
    made_of_dot_[&symbol] = behind;
  } else {
    symbol.output_section = behind;
    symbol.value -= behind->address;
    belong_to_dot_.insert(&symbol);
  }
}

void ScriptState::assign_early(const script::Assignment& assignment) {
  if (assignment.symbol == ".") return;
  define(assignment, environment(Phase::first, 0, nullptr), nullptr);
}

void ScriptState::assign_early(const Slot& slot) {
  if (slot.assignment) assign_early(*slot.assignment);
  for (const Item& item : slot.items)
    if (const auto* assignment =
            item.statement ? std::get_if<script::Assignment>(item.statement) : nullptr)
      assign_early(*assignment);
}

std::uint64_t ScriptState::assign(const script::Assignment& assignment,
                                  const AssignmentPlace& place) {
  const Environment here = environment(phase_, place.dot, place.section);
  if (assignment.symbol == ".") return script::evaluate_dot(assignment, here).value_or(place.dot);
  define(assignment, here, place.behind);
  return place.dot;
}

/// What leaves dot at the start of the section in one of the forms that scripts use for that keeps
/// nothing.
bool ScriptState::keeps_section(const script::Assignment& assignment, const AssignmentPlace& place,
                                std::uint64_t moved) const {
  if (moved != place.section->address) return true;
  return script::keeps_section(assignment, environment(phase_, place.dot, place.section));
}

ScriptActions ScriptState::actions(Phase phase) {
  phase_ = phase;
  set_in_this_pass_.clear();
  ScriptActions actions;
  actions.evaluate = [this](const script::Expression& expression, std::uint64_t dot,
                            OutputSection* section) -> std::optional<std::uint64_t> {
    if (expression.operation == script::Operation::number) return expression.number;
    const Environment here = environment(phase_, dot, section);
    const script::Result result = script::evaluate(expression, here);
    if (!result.value) return std::nullopt;
    return script::address_of(*result.value, here);
  };
  actions.assign = [this](const script::Assignment& assignment, const AssignmentPlace& place) {
    return assign(assignment, place);
  };
  actions.check = [this](const script::Assertion& assertion, std::uint64_t dot,
                         OutputSection* section) {
    script::check(assertion, environment(phase_, dot, section));
  };
  actions.has_assigned = [this](const script::Assignment& assignment) {
    return is_wanted(assignment, symbols_.find(assignment.symbol));
  };
  actions.keeps_section = [this](const script::Assignment& assignment, const AssignmentPlace& place,
                                 std::uint64_t moved) {
    return keeps_section(assignment, place, moved);
  };
  return actions;
}

void ScriptState::settle_symbols() {
  for (const auto& [symbol, section] : made_of_dot_) {
    symbol->output_section = section;
    symbol->value -= section->address;
  }
  made_of_dot_.clear();
  symbols_.for_each([&](Symbol& symbol) {
    if (symbol.binding != Binding::defined && symbol.binding != Binding::defined_weak) return;
    OutputSection* section = symbol.output_section;
    std::uint64_t address = symbol.value;
    if (!section && symbol.section) {
      section = symbol.section->output;
      address += symbol.section->output_offset;
    }
    if (!section || !section->is_removed) return;
    address += section->address;
    symbol.section = nullptr;
    symbol.output_section = neighbour(plan_.sections, *section, address);
    symbol.value = address - (symbol.output_section ? symbol.output_section->address : 0);
  });
}

void ScriptState::begin_showing() {
  set_in_this_pass_.clear();
}

/// A symbol's own value counts as known if it is a number that the script gave it before.
ShownValue ScriptState::show(const script::Assignment& assignment, std::uint64_t dot,
                             OutputSection* section) {
  using Kind = ShownValue::Kind;
  const bool provides = assignment.kind == script::AssignmentKind::provide ||
                        assignment.kind == script::AssignmentKind::provide_hidden;
  if (provides && provided_.count(&assignment) == 0) return {Kind::not_provided};
  Environment here = environment(Phase::final, dot, section);
  here.assertion_failed = [](const script::Place&, const std::string&) {};
  bool uses_own = false;
  here.symbol = [&](const std::string& name) {
    script::SymbolState state = state_of(name);
    const bool is_number = state.kind == script::SymbolState::Kind::defined &&
                           state.value.base == script::absolute && state.set_in_this_pass;
    if (name == assignment.symbol && !is_number) uses_own = true;
    return state;
  };
  const script::Result result = script::evaluate(script::assigned_value(assignment), here);
  if (assignment.symbol != ".") set_in_this_pass_.insert(assignment.symbol);
  if (!result.value) return {Kind::undefined};
  if (assignment.symbol == ".") return {Kind::known, script::address_of(*result.value, here)};
  const script::SymbolState state = state_of(assignment.symbol);
  const bool is_defined = state.kind == script::SymbolState::Kind::defined;
  if (uses_own)
    return is_defined ? ShownValue{Kind::own, script::address_of(state.value, here)}
                      : ShownValue{Kind::unresolved};
  return {Kind::known, script::address_of(is_defined ? state.value : *result.value, here)};
}

ShownValue ScriptState::show(const script::Assertion& assertion, std::uint64_t dot,
                             OutputSection* section) {
  Environment here = environment(Phase::final, dot, section);
  here.assertion_failed = [](const script::Place&, const std::string&) {};
  const script::Result result = script::evaluate(assertion.condition, here);
  if (!result.value) return {ShownValue::Kind::undefined};
  return {ShownValue::Kind::known, script::address_of(*result.value, here)};
}

Fill ScriptState::fill() {
  return [this](const script::Expression& expression) {
    const auto bytes = script::fill_bytes(expression, environment(Phase::final, 0, nullptr));
    return std::string(bytes.begin(), bytes.end());
  };
}

}  // namespace kbx::link
