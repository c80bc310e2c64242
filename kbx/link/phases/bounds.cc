#include "kbx/link/phases/bounds.h"

#include <cctype>
#include <string>

#include <elf.h>

namespace kbx::link {
namespace {

bool is_c_name(std::string_view name) {
  if (name.empty()) return false;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  return std::isdigit(static_cast<unsigned char>(name.front())) == 0;
}

std::uint8_t start_stop_visibility(const Options& options) {
  switch (options.start_stop_visibility) {
    case Visibility::by_default:
      return STV_DEFAULT;
    case Visibility::internal:
      return STV_INTERNAL;
    case Visibility::hidden:
      return STV_HIDDEN;
    case Visibility::protected_:
      break;
  }
  return STV_PROTECTED;
}

/// A definition of the script, or of an object, goes before.
bool is_wanted(const Symbol* symbol) {
  return symbol && (is_unresolved(symbol->binding) ||
                    (symbol->is_defined_in_shared && symbol->is_referenced_in_object));
}

}  // namespace

void Bounds::look_for(LinkState& state, std::string_view prefix, InputSection& section, Kind kind) {
  Symbol* symbol =
      state.resolver.symbols().find(std::string(prefix) + std::string(section.name));
  if (!is_wanted(symbol)) return;
  symbol->binding = Binding::defined;
  symbol->section = &section;
  symbol->value = 0;
  symbol->file = section.file;
  symbol->is_defined_in_object = true;
  symbol->is_defined_in_shared = false;
  if (prefix.starts_with('.')) {
    symbol->is_forced_local = true;
  } else if ((symbol->other & 3u) == STV_DEFAULT) {
    symbol->other =
        static_cast<std::uint8_t>(symbol->other | start_stop_visibility(state.options));
  }
  bounds_.push_back({symbol, section.name, kind});
}

void Bounds::define(LinkState& state) {
  for (InputFile* file : state.files())
    for (InputSection* section : file->sections) {
      if (section->is_discarded) continue;
      if (is_c_name(section->name)) {
        look_for(state, "__start_", *section, Kind::start);
        look_for(state, "__stop_", *section, Kind::stop);
      }
      look_for(state, ".startof.", *section, Kind::start);
      look_for(state, ".sizeof.", *section, Kind::size);
    }
  Symbol* header = state.resolver.symbols().find("__ehdr_start");
  if (!is_wanted(header)) return;
  header_ = header;
  header->binding = Binding::defined;
  header->section = nullptr;
  header->value = 0;
  header->is_defined_in_object = true;
  header->is_defined_in_shared = false;
  header->other = static_cast<std::uint8_t>((header->other & ~3u) | STV_HIDDEN);
}

void Bounds::settle(LinkState& state, const FileLayout& layout) {
  for (const Bound& bound : bounds_) {
    OutputSection* section = state.plan.sections.find(bound.section);
    Symbol& symbol = *bound.symbol;
    if (!section || section->is_removed) continue;
    symbol.section = nullptr;
    symbol.output_section = bound.kind == Kind::size ? nullptr : section;
    symbol.value = bound.kind == Kind::start ? 0 : section->size;
  }
  if (!header_) return;
  if (!layout.file_header_address) {
    header_->binding = Binding::undefined_weak;
    return;
  }
  header_->value = *layout.file_header_address;
  header_->output_section = layout.file_header_section;
  if (header_->output_section) header_->value -= header_->output_section->address;
}

}  // namespace kbx::link
