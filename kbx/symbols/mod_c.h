#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/symbols/dialect.h"

namespace kbx::symbols {

/// What a module's .mod.c tells.
struct ModC {
  struct Export {
    std::string_view name;
    bool gpl_only = false;
    bool is_function = false;
    std::string_view name_space;
    std::uint32_t crc = 0;
  };
  struct Version {
    std::string_view name;
    std::uint32_t crc = 0;
  };

  std::string_view module;  // its path without suffix
  bool is_64bit = false;
  bool has_init = false;
  bool has_exit = false;
  bool in_tree = false;
  std::vector<Export> exports;
  bool with_crcs = false;                        // CONFIG_MODVERSIONS
  std::optional<std::vector<Version>> versions;  // in order; nothing: no such table
  std::optional<std::vector<Version>> extended_versions;
  std::vector<std::string_view> depends;
  std::vector<std::string> aliases;
  std::string source_version;
};

/// The text of MODULE.mod.c, byte for byte as the modpost of that dialect writes it.
std::string mod_c_text(const ModC& module, const Dialect& dialect);

/// An entry of .modinfo. One without a value is not the module's own: it has the same value in all
/// modules of a tree, or is missing in all.
struct InfoEntry {
  std::string tag;
  std::optional<std::string> value;
};

/// What mod_c_text puts into .modinfo, in that order; `name` is KBUILD_MODNAME.
std::vector<InfoEntry> info_entries(const ModC& module, const Dialect& dialect,
                                    const std::string& name);

/// The longest name that __versions has room for (MODULE_NAME_LEN - 1 of <linux/module.h>).
std::size_t longest_name(bool is_64bit);

}  // namespace kbx::symbols
