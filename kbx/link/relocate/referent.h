#pragma once
#include <cstdint>
#include <string_view>

#include <elf.h>

#include "kbx/link/input/file.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// What the symbol index of a relocation stands for in a final link.
struct Referent {
  Symbol* global = nullptr;            // null: a local symbol, or none at all
  const InputSymbol* local = nullptr;  // of its file; null: a global one, or none
  InputSection* section = nullptr;     // where it is defined; null: nowhere, or a number
  std::uint32_t index = 0;             // in its file's table

  bool is_section() const { return local && local->type == STT_SECTION; }
  std::string_view name() const;
};

/// The symbol `index` of `file`. Throws Error if there is none.
Referent refer(const InputFile& file, std::uint32_t index);

/// True if nothing defines it.
bool is_undefined(const Referent& referent);
/// True if nothing defines it and that is allowed: its address is 0.
bool is_undefined_weak(const Referent& referent);
/// True if its value is a number and no address.
bool is_absolute(const Referent& referent);
/// Its STT_* type.
std::uint8_t type_of(const Referent& referent);
/// Its size in bytes.
std::uint64_t size_of(const Referent& referent);

/// Its address, once addresses are final. `addend` is what the relocation adds: in a section whose
/// content was merged it tells which piece is meant, so that address and addend belong together.
std::uint64_t address_of(const Referent& referent, std::int64_t addend);

/// True if that is behind the end of a section whose content was merged: what is meant there is
/// gone.
bool is_beyond_merged(const Referent& referent, std::int64_t addend);

/// The address of a place in an input section.
std::uint64_t address_in(InputSection& section, std::uint64_t offset);

}  // namespace kbx::link
