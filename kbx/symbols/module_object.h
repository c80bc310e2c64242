#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/elf/object.h"
#include "kbx/symbols/dialect.h"

namespace kbx::symbols {

/// The macros that export a symbol, as Module.symvers names them.
constexpr std::string_view plain_export = "EXPORT_SYMBOL";
constexpr std::string_view gpl_export = "EXPORT_SYMBOL_GPL";

/// A symbol that a module exports.
struct ModuleExport {
  std::string name;
  std::string_view license = plain_export;  // a constant
  bool is_function = false;
  std::string name_space;
  std::optional<std::uint32_t> crc;
  bool is_static = false;  // no global symbol of that name was found
};

/// A symbol that a module needs from elsewhere.
struct ModuleNeed {
  std::string name;
  bool weak = false;
};

/// A MODULE_DEVICE_TABLE: an array of identifiers that ends with an empty one.
struct DeviceTable {
  std::string bus;   // the macro's first argument
  std::string name;  // its second
  std::string content;
};

/// What an object tells about the module that will be made of it.
struct ModuleObject {
  bool is_64bit = false;
  bool is_big_endian = false;
  std::vector<std::pair<std::string, std::string>> info;  // .modinfo
  std::vector<ModuleExport> exports;
  std::vector<ModuleNeed> needs;  // in the order of the symbol table
  std::vector<DeviceTable> tables;
  bool has_init = false;
  bool has_exit = false;
  unsigned mismatches = 0;  // references between sections that should not be
  std::vector<std::string> errors;
  std::vector<std::string> warnings;

  /// The values of one tag of .modinfo.
  std::vector<std::string_view> info_of(std::string_view tag) const;
};

/// Reads what modpost has to know of an object file. `path` is for messages. Throws Error if the
/// file is no sound relocatable object.
ModuleObject read_module_object(std::string_view content, const std::string& path,
                                const Dialect& dialect);

/// The names of the undefined symbols of an object that the kernel or another module has to
/// provide; not those that the final link of a module defines.
std::vector<ModuleNeed> needs_of(const elf::Object& object);

/// `name` without a compiler's numbered suffix (".0", ".17.part"), which modpost does not tell
/// apart.
std::string_view plain_name(std::string_view name);

/// The symbol as the kernel knows it, of an object for the machine EM_*: 32-bit SPARC's assembler
/// writes functions with a dot.
std::string needed_name(std::string_view name, std::uint16_t machine);

}  // namespace kbx::symbols
