#include "kbx/link/resolve/section_bounds.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include <elf.h>

#include "kbx/link/layout/output_section.h"

/// After ld's manual, "Input Section Example" and option -z start-stop-gc, with GNU ld 2.40's
/// decisions: only references make these names; a definition in an object or a script comes first.
namespace kbx::link {
namespace {

bool is_name_in_c(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return letter == '_' || (letter >= '0' && letter <= '9') ||
           ((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z');
  });
}

std::uint8_t visibility_of(Visibility visibility) {
  switch (visibility) {
    case Visibility::internal:
      return STV_INTERNAL;
    case Visibility::hidden:
      return STV_HIDDEN;
    case Visibility::protected_:
      return STV_PROTECTED;
    case Visibility::by_default:
      break;
  }
  return STV_DEFAULT;
}

bool may_define(const Symbol& symbol) {
  if (symbol.is_from_script) return false;
  if (symbol.binding == Binding::undefined || symbol.binding == Binding::undefined_weak)
    return true;
  return symbol.is_defined_in_shared;
}

}  // namespace

std::vector<Symbol*> SectionBounds::define(const std::vector<InputFile*>& files,
                                           const SymbolTable& symbols, const Options& options) {
  std::unordered_map<std::string_view, std::vector<InputSection*>> named;
  std::vector<std::string_view> names;
  for (const InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (!is_name_in_c(section->name)) continue;
      std::vector<InputSection*>& sections = named[section->name];
      if (sections.empty()) names.push_back(section->name);
      sections.push_back(section);
    }
  std::vector<Symbol*> known_elsewhere;
  for (const std::string_view name : names)
    for (const bool is_end : {false, true}) {
      Symbol* symbol = symbols.find((is_end ? "__stop_" : "__start_") + std::string(name));
      if (!symbol || !may_define(*symbol)) continue;
      const std::vector<InputSection*>& sections = named[name];
      bounds_.push_back({symbol, is_end, symbol->binding == Binding::undefined_weak, sections});
      symbol->binding = Binding::defined;
      symbol->is_section_bound = true;
      symbol->is_defined_in_object = true;
      symbol->is_referenced_in_shared |= symbol->is_defined_in_shared;
      symbol->is_defined_in_shared = false;
      if (symbol->is_referenced_in_shared) known_elsewhere.push_back(symbol);
      symbol->section = sections.front();
      symbol->value = 0;
      if ((symbol->other & 3u) == STV_DEFAULT)
        symbol->other =
            static_cast<std::uint8_t>(symbol->other | visibility_of(options.start_stop_visibility));
    }
  return known_elsewhere;
}

void SectionBounds::place() {
  for (Bound& bound : bounds_) {
    Symbol& symbol = *bound.symbol;
    if (symbol.is_from_script) continue;  // a script's PROVIDE was faster
    const auto section = std::ranges::find_if(bound.sections, [](const InputSection* input) {
      return !input->is_discarded && input->output && input->output->name == input->name;
    });
    if (section != bound.sections.end()) {
      symbol.section = nullptr;
      symbol.output_section = (*section)->output;
      continue;
    }
    symbol.binding = bound.was_weak ? Binding::undefined_weak : Binding::undefined;
    symbol.section = nullptr;
    symbol.is_defined_in_object = false;
    symbol.is_section_bound = false;
  }
}

void SectionBounds::finish() {
  for (const Bound& bound : bounds_)
    if (bound.symbol->is_section_bound && bound.symbol->output_section)
      bound.symbol->value = bound.is_end ? bound.symbol->output_section->size : 0;
}

}  // namespace kbx::link
