#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::elf {

/// A version of a shared library that a program cannot start without, e.g. libc.so.6, GLIBC_2.34.
struct NeededVersion {
  std::string library;
  std::string version;
};

/// Whether a program can run here, as far as its file tells.
struct Program {
  bool is_64_bit = false;
  bool is_little_endian = false;
  std::uint16_t machine = 0;  // e_machine
  std::vector<NeededVersion> needed_versions;

  /// Equal if both are for the same kind of machine.
  bool same_machine(const Program& other) const;
  /// The machine for people: "x86-64", "AArch64", … or "machine 123".
  std::string machine_name() const;
  /// The largest x.y of the GLIBC_x.y that is needed, or "" if none is.
  std::string needed_glibc() const;
};

/// Reads the header and the needed versions (System V ABI, ELF header and dynamic section; LSB,
/// symbol versioning) of an ELF file. Nothing if `content` does not start as ELF does: a script, or
/// an empty file. `file` names it in errors. Throws Error if it is cut off or contradicts itself.
std::optional<Program> read_program(std::string_view content, const std::string& file);

/// Less than zero if version `a` (digits and dots) is less than `b`.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace kbx::elf
