#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/sign/verify.h"
#include "kbx/symbols/kernel_symbols.h"
#include "kbx/symbols/module_object.h"

namespace kbx::symbols {

/// How a module's file is packed, told by its first bytes.
enum class Compression { none, gzip, xz, zstd };

/// The name of a compression as CONFIG_MODULE_COMPRESS_* and modprobe have it; "" for none.
std::string_view compression_name(Compression compression);
Compression compression_of(std::string_view file);

/// The check that an .xz file says it has (its stream flags: 0 none, 1 CRC32, 4 CRC64, 10 SHA-256).
unsigned xz_check_of(std::string_view file);

/// A type of relocation that a module wants applied.
struct NeededRelocation {
  std::uint32_t type = 0;
  bool has_addend = false;  // SHT_RELA
  std::string section;      // the first section that it changes
};

/// What decides whether a kernel takes a finished module, read off its file.
struct ModuleFacts {
  std::string path;
  std::string name;  // what it is called once loaded
  Machine machine;
  Compression compression = Compression::none;
  unsigned xz_check = 0;
  sign::Signature signature;
  std::optional<std::uint64_t> struct_size;  // of struct module, .gnu.linkonce.this_module
  std::vector<std::pair<std::string, std::string>> info;  // .modinfo
  std::vector<ModuleNeed> needs;
  std::vector<ModuleExport> exports;
  std::optional<StringMap<std::uint32_t>> versions;           // __versions
  std::optional<StringMap<std::uint32_t>> extended_versions;  // __version_ext_*
  std::vector<NeededRelocation> relocations;                  // each type once
  std::vector<std::string> common_symbols;
  std::vector<std::string> writable_code;  // sections that are both writable and executable

  /// The value of the first entry of .modinfo with that tag, as the kernel's loader takes it.
  std::optional<std::string_view> first_info(std::string_view tag) const;
  bool is_gpl_compatible() const;
};

/// Reads the facts of a module that is not compressed; its relocations only `with_relocations`. Of
/// a signature only the trailer is looked at (sign::check_signature does more). `path` names it.
/// Throws Error if the file is no sound relocatable object.
ModuleFacts read_module_facts(std::string_view content, const std::string& path,
                              bool with_relocations = true);

/// True for the licences that license_is_gpl_compatible (include/linux/license.h) accepts.
bool is_gpl_compatible(std::string_view license);

}  // namespace kbx::symbols
