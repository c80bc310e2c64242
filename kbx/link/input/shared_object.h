#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/input/format.h"

namespace kbx::link {

/// A version that a shared object defines (its .gnu.version_d).
struct SharedVersion {
  std::string_view name;    // "" for an index that is not defined
  std::uint16_t flags = 0;  // VER_FLG_*
  std::uint32_t hash = 0;
};

/// A section .gnu.warning or .gnu.warning.NAME of a shared object.
struct SharedWarning {
  std::string_view section;
  std::string_view content;
};

/// A shared object as the link sees it. What it holds refers to the mapped content.
struct SharedObject {
  std::string soname;  // DT_SONAME, else the name by which it was found
  std::vector<std::string_view> needed;
  std::string_view rpath;
  std::string_view runpath;
  std::vector<SharedVersion> versions;  // by index; [0] and [1] are the unversioned ones
  /// For each of InputFile::symbols the entry of .gnu.version, 0x8000 for a hidden one; what is
  /// undefined has the index of a needed version. Empty if the object has no versions.
  std::vector<std::uint16_t> symbol_versions;
  std::vector<SharedWarning> warnings;
  std::vector<std::string_view> needed_versions;  // by index; "" where there is none

  bool is_needed = false;    // the output gets a DT_NEEDED for it
  bool is_indirect = false;  // only another shared object needs it
};

/// True if `content` is an ELF file of type ET_DYN.
bool is_shared_object(std::string_view content);

/// What an ELF file is made for, as its header says; `content` holds a whole header.
MachineFormat elf_format(std::string_view content);

/// Reads a shared object, for which is_shared_object holds, into `file` and `shared`, which must
/// not move afterwards: the sections that are in memory, the symbols of .dynsym, the versions and
/// what .dynamic says. Nothing in it is believed that would reach outside of `content`. `soname` is
/// what it is called without DT_SONAME. Throws Error if it cannot be read.
void read_shared_object(std::string_view content, std::string path, std::string soname,
                        Arena& arena, SharedObject& shared, InputFile& file);

}  // namespace kbx::link
