#include "kbx/link/layout/script_state.h"

#include <elf.h>

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

script::SymbolState ScriptState::state_of(const std::string& name) const {
  script::SymbolState state;
  const Symbol* symbol = symbols_.find(name);
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
    state.base = base_of(slot->section);
    state.load_address = slot->section->address;
    state.has_address = true;
    state.size = slot->section->size;
    state.alignment = std::uint64_t{1} << slot->section->alignment_power;
    return state;
  }
  return std::nullopt;
}

Environment ScriptState::environment(Phase phase, std::uint64_t dot, OutputSection* section) const {
  Environment environment;
  environment.phase = phase;
  environment.dot = dot;
  environment.section = base_of(section);
  environment.symbol = [this](const std::string& name) { return state_of(name); };
  environment.is_defined = [this](const std::string& name) {
    const Symbol* symbol = symbols_.find(name);
    if (!symbol) return false;
    const bool is_defined = symbol->binding == Binding::defined ||
                            symbol->binding == Binding::defined_weak ||
                            symbol->binding == Binding::common;
    return is_defined && (!symbol->is_from_script || set_in_this_pass_.count(name) != 0);
  };
  environment.find_section = [this](const std::string& name) { return section_state(name); };
  environment.address_of = [this](script::Base base) {
    return base < 0 ? 0 : bases_[static_cast<std::size_t>(base)]->address;
  };
  environment.size_of_headers = [this] { return header_size_; };
  return environment;
}

void ScriptState::define(const script::Assignment& assignment, const Environment& environment,
                         OutputSection* behind) {
  const bool provides = assignment.kind == script::AssignmentKind::provide ||
                        assignment.kind == script::AssignmentKind::provide_hidden;
  Symbol* symbol = symbols_.find(assignment.symbol);
  if (provides) {
    const bool is_wanted =
        symbol && (symbol->binding == Binding::undefined ||
                   symbol->binding == Binding::undefined_weak || symbol->is_from_script);
    if (!is_wanted) return;
  }
  const script::Result result = script::evaluate_assignment(assignment, environment);
  if (!symbol) symbol = symbols_.add(assignment.symbol);
  if (!result.value && symbol->binding != Binding::fresh) return;
  const script::Value value = result.value.value_or(script::Value{0, script::absolute});
  symbol->binding = Binding::defined;
  symbol->section = nullptr;
  symbol->output_section = value.base >= 0 ? bases_[static_cast<std::size_t>(value.base)] : nullptr;
  symbol->value = value.number;
  // What was made of dot outside of sections belongs to the section that dot was behind. For other
  // expressions it stays a number.
  belong_to_dot_.erase(symbol);
  if (result.from_dot && value.base == script::absolute && behind &&
      environment.phase == Phase::final) {
    symbol->output_section = behind;
    symbol->value -= behind->address;
    belong_to_dot_.insert(symbol);
  }
  symbol->is_from_script = true;
  symbol->is_defined_in_object = environment.phase >= Phase::allocating;
  const bool is_hidden = assignment.kind == script::AssignmentKind::hidden ||
                         assignment.kind == script::AssignmentKind::provide_hidden;
  if (is_hidden) {
    symbol->other = static_cast<std::uint8_t>((symbol->other & ~3u) | STV_HIDDEN);
    symbol->is_forced_local = true;
  }
  if (!result.only_symbol.empty())
    if (const Symbol* source = symbols_.find(result.only_symbol)) symbol->type = source->type;
  set_in_this_pass_.insert(assignment.symbol);
}

void ScriptState::assign_early(const script::Assignment& assignment) {
  if (assignment.symbol == ".") return;
  define(assignment, environment(Phase::first, 0, nullptr), nullptr);
}

std::uint64_t ScriptState::assign(const script::Assignment& assignment,
                                  const AssignmentPlace& place) {
  const Environment here = environment(phase_, place.dot, place.section);
  if (assignment.symbol == ".") return script::evaluate_dot(assignment, here).value_or(place.dot);
  define(assignment, here, place.behind);
  return place.dot;
}

ScriptActions ScriptState::actions(Phase phase) {
  phase_ = phase;
  set_in_this_pass_.clear();
  ScriptActions actions;
  actions.evaluate = [this](const script::Expression& expression, std::uint64_t dot,
                            OutputSection* section) -> std::uint64_t {
    if (expression.operation == script::Operation::number) return expression.number;
    const Environment here = environment(phase_, dot, section);
    const script::Result result = script::evaluate(expression, here);
    return result.value ? script::address_of(*result.value, here) : 0;
  };
  actions.assign = [this](const script::Assignment& assignment, const AssignmentPlace& place) {
    return assign(assignment, place);
  };
  actions.check = [this](const script::Assertion& assertion, std::uint64_t dot,
                         OutputSection* section) {
    script::check(assertion, environment(phase_, dot, section));
  };
  return actions;
}

Fill ScriptState::fill() {
  return [this](const script::Expression& expression) {
    const auto bytes = script::fill_bytes(expression, environment(Phase::final, 0, nullptr));
    return std::string(bytes.begin(), bytes.end());
  };
}

}  // namespace kbx::link
