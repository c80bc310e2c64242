#include "kbx/link/relocate/referent.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/merged_sections.h"
#include "kbx/link/layout/output_section.h"

namespace kbx::link {

std::string_view Referent::name() const {
  if (global) return global->name;
  if (!local) return {};
  return is_section() && section ? section->name : local->name;
}

Referent refer(const InputFile& file, std::uint32_t index) {
  Referent referent;
  referent.index = index;
  if (index == 0) return referent;
  if (index < file.first_global && index < file.symbols.size()) {
    referent.local = &file.symbols[index];
    if (referent.local->section < first_reserved_section)
      referent.section = file.section_at(referent.local->section);
    return referent;
  }
  const std::size_t global = std::size_t{index} - file.first_global;
  if (index < file.first_global || global >= file.globals.size())
    throw Error(Location{file.path, 0},
                fmt::format("broken object file: symbol {} does not exist", index),
                "delete it and build it again");
  referent.global = file.globals[global];
  while (referent.global->binding == Binding::indirect) referent.global = referent.global->target;
  referent.section = referent.global->section;
  return referent;
}

bool is_undefined(const Referent& referent) {
  return referent.global && referent.global->binding == Binding::undefined;
}

bool is_undefined_weak(const Referent& referent) {
  return referent.global && referent.global->binding == Binding::undefined_weak;
}

bool is_absolute(const Referent& referent) {
  if (referent.section) return false;
  if (const Symbol* symbol = referent.global) {
    const bool is_defined =
        symbol->binding == Binding::defined || symbol->binding == Binding::defined_weak;
    return is_defined && !symbol->output_section && !symbol->awaits_layout;
  }
  return referent.local != nullptr;
}

std::uint8_t type_of(const Referent& referent) {
  if (referent.global) return referent.global->type;
  return referent.local ? referent.local->type : std::uint8_t{STT_NOTYPE};
}

std::uint64_t size_of(const Referent& referent) {
  if (referent.global) return referent.global->size;
  return referent.local ? referent.local->size : 0;
}

std::uint64_t address_in(InputSection& section, std::uint64_t offset) {
  if (section.merge) return merged_address(section, offset);
  if (!section.output) return 0;
  return start_of(section) + offset;
}

bool is_beyond_merged(const Referent& referent, std::int64_t addend) {
  if (!referent.is_section() || !referent.section || !referent.section->merge) return false;
  return is_beyond_merged(*referent.section,
                          referent.local->value + static_cast<std::uint64_t>(addend));
}

std::uint64_t address_of(const Referent& referent, std::int64_t addend) {
  if (const Symbol* symbol = referent.global) {
    switch (symbol->binding) {
      case Binding::defined:
      case Binding::defined_weak:
        break;
      case Binding::fresh:
      case Binding::undefined:
      case Binding::undefined_weak:
      case Binding::common:
      case Binding::indirect:
        return 0;
    }
    if (symbol->output_section) return symbol->output_section->address + symbol->value;
    return referent.section ? address_in(*referent.section, symbol->value) : symbol->value;
  }
  if (!referent.local) return 0;
  if (referent.section) {
    // In merged content only value and addend together tell which piece is meant.
    if (referent.is_section() && referent.section->merge) {
      const auto more = static_cast<std::uint64_t>(addend);
      return address_in(*referent.section, referent.local->value + more) - more;
    }
    return address_in(*referent.section, referent.local->value);
  }
  return referent.local->section == absolute_section ? referent.local->value : 0;
}

}  // namespace kbx::link
