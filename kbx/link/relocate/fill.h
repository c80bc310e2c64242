#pragma once
#include <functional>
#include <vector>

#include "kbx/link/dynamic/relocations.h"
#include "kbx/link/relocate/apply.h"

namespace kbx::link {

/// What is left to the dynamic linker, table by table.
struct DynamicRelocations {
  std::vector<DynamicRelocation> general;   // .rela.dyn
  std::vector<DynamicRelocation> plt;       // .rela.plt
  std::vector<DynamicRelocation> indirect;  // .rela.iplt
  std::vector<DynamicRelocation> pointers;  // .rela.ifunc
  std::vector<std::uint64_t> relative;      // addresses that go into .relr.dyn instead
  bool has_text_relocations = false;
};

/// A relocation that adds the load address, or asks the function at an address for another.
struct RelativeRelocation {
  const DynamicRelocation& relocation;
  const Referent& referent;
  const InputSection& section;           // where it is, or the linker's table that it is in
  const LeftRelocation* left = nullptr;  // null: of a linker's table
};

/// The dynamic relocations of the tables and of what the scan left, in GNU ld's order before they
/// are combined. Once sections are placed their numbers are final; their values are when addresses
/// are. `on_relative` is told of every relative one, also of those for .relr.dyn.
DynamicRelocations dynamic_relocations(
    const Applying& applying, const ScanResult& scan,
    const std::function<void(const RelativeRelocation&)>& on_relative = {});

/// Writes .got, .got.plt, .plt and .iplt. `bytes_of` gives where a section's bytes are in the
/// output. `dynamic_section` is _DYNAMIC, 0 if there is none.
template <typename Shape>
void fill_linkage(const Applying& applying, std::uint64_t dynamic_section,
                  const std::function<char*(const InputSection&)>& bytes_of);

/// Writes a table of dynamic relocations; `uses_rela` as the machine has it. Room for all of them
/// has to be there.
template <typename Shape>
void write_dynamic_relocations(const std::vector<DynamicRelocation>& relocations, bool uses_rela,
                               char* place);

}  // namespace kbx::link
