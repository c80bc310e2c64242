#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"
#include "kbx/link/output/image.h"
#include "kbx/link/output/numbering.h"

namespace kbx::link {

/// What the header of the output says of its machine.
struct Target {
  bool is_64bit = true;
  bool is_big_endian = false;
  std::uint16_t machine = 0;
  std::uint32_t elf_flags = 0;
  std::uint8_t os_abi = 0;
  std::uint8_t abi_version = 0;
  std::uint64_t entry = 0;  // e_entry
};

/// What --build-id asks for: its note, which is a part of the output already.
struct BuildId {
  const InputSection* note = nullptr;  // null: none is wanted
  std::string style;                   // as in Options::build_id
};

/// What --package-metadata asks for, likewise.
struct PackageNote {
  const InputSection* note = nullptr;
  std::string content;
};

/// The notes that are written when all else is: the build ID is a digest of the output without
/// either.
struct LateNotes {
  BuildId build_id;
  PackageNote package;
};

/// The file that a partial link gives: an ET_REL with everything that the sections have, and
/// relocations and symbols as before but for their places. Throws Error if something that stays
/// refers to what was discarded.
Image make_relocatable(const Target& target, OutputSections& sections, const Globals& globals,
                       const LateNotes& notes, const Options& options);

}  // namespace kbx::link
