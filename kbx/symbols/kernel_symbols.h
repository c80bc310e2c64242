#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace kbx::symbols {

/// Lets a map with std::string keys be asked with a view.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

template <typename Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

/// Who may use an exported symbol.
enum class ExportLicense { unknown, any, gpl_only };

/// A symbol that a kernel offers to modules.
struct KernelExport {
  std::optional<std::uint32_t> crc;  // nothing if the source of the list knows none
  std::string owner;                 // "vmlinux", or the module's path as the source names it
  ExportLicense license = ExportLicense::unknown;
  std::optional<std::string> name_space;  // "" is none; nothing if the source does not tell

  bool is_in_image() const { return owner == "vmlinux"; }
  bool operator==(const KernelExport&) const = default;
};

/// The machine that a kernel was built for, as ELF headers of its modules have to name it.
struct Machine {
  std::uint16_t number = 0;  // EM_*
  bool is_64bit = false;
  bool is_big_endian = false;

  bool operator==(const Machine&) const = default;
};

/// What of a kernel's configuration decides about loading. Nothing where it is not known.
struct LoaderOptions {
  std::optional<bool> modversions;              // CONFIG_MODVERSIONS
  std::optional<bool> force_load;               // CONFIG_MODULE_FORCE_LOAD
  std::optional<bool> signatures;               // CONFIG_MODULE_SIG
  std::optional<bool> signatures_forced;        // CONFIG_MODULE_SIG_FORCE
  std::optional<bool> missing_imports_loaded;   // CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS
  std::optional<bool> strict_rwx;               // CONFIG_STRICT_MODULE_RWX
  std::optional<bool> trimmed;                  // CONFIG_TRIM_UNUSED_KSYMS
  std::optional<bool> reads_extended_versions;  // knows __version_ext_crcs
  /// What the kernel unpacks itself (CONFIG_MODULE_DECOMPRESS): "gzip", "xz", "zstd"; "" is none.
  std::optional<std::string> decompresses;
};

/// What a kernel offers to modules and asks of them, wherever that was read: a header tree, a bare
/// Module.symvers, System.map, an installed folder of modules, libabigail's XML.
struct KernelSymbols {
  using Exports = StringMap<KernelExport>;
  std::string name;     // how a person calls this kernel: its release, or the file that was read
  std::string release;  // "" if not known
  /// What a module's vermagic has to be; '?' stands for a part that is not known.
  std::optional<std::string> vermagic;
  std::optional<Machine> machine;
  std::optional<std::uint64_t> struct_size;  // of struct module, in bytes
  LoaderOptions options;
  /// False if symbols may exist that the source does not list, so that absence proves nothing.
  bool complete = false;
  Exports exports;
  /// True if a symbol has a CRC that was left out of `exports` because nobody asked for it.
  bool has_other_crcs = false;

  const KernelExport* find(std::string_view symbol) const;
  /// True if it is known what the kernel exports, or some of it.
  bool lists_exports() const { return complete || !exports.empty(); }
  /// True if at least one symbol has a CRC other than 0: without CONFIG_MODVERSIONS all are 0.
  bool has_crcs() const;
};

/// Which symbols are of interest: all, or those that are named. The names must outlive it.
class SymbolChoice {
 public:
  SymbolChoice() = default;
  explicit SymbolChoice(std::unordered_set<std::string_view> names) : names_(std::move(names)) {}

  bool is_everything() const { return !names_; }
  bool contains(std::string_view symbol) const { return !names_ || names_->contains(symbol); }
  /// The names, unless it is everything.
  const std::unordered_set<std::string_view>& names() const { return *names_; }

 private:
  std::optional<std::unordered_set<std::string_view>> names_;
};

/// Adds the rows of a Module.symvers file that are of interest, and gives the number of all its
/// rows. Throws Error with file and line for a broken row, and for one that contradicts a row
/// before it.
std::size_t add_symvers(KernelSymbols& kernel, std::string_view text, const std::string& path,
                        const SymbolChoice& wanted = {});

/// The same of the file `path`, by its index if `cache` is the folder of such (symvers_index.h).
std::size_t add_symvers_file(KernelSymbols& kernel, const std::string& path,
                             const SymbolChoice& wanted, const std::string& cache);

/// The machine for people: "x86-64", "AArch64, big-endian".
std::string machine_name(const Machine& machine);

/// What `path` is called once loaded: its last part without suffixes, '-' as '_'
/// (scripts/Makefile.lib, "name-fix").
std::string module_name_of(std::string_view path);

}  // namespace kbx::symbols
