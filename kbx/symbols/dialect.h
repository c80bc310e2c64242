#pragma once
#include <string>
#include <string_view>

namespace kbx::symbols {

/// How modpost of one kernel tree works, as far as trees differ. Each value is a fact found in the
/// tree (probe_dialect), none is concluded from its version.
struct Dialect {
  /// CRCs come from #SYMVER lines of .cmd files and exports are told in .mod.c; else they are in
  /// the objects, lists are kept newest first, and errors do not keep files from being written
  /// (no include/linux/export-internal.h).
  bool crcs_in_cmd_files = true;
  /// EXPORT_SYMBOL leaves a .export_symbol section, and .mod.c makes the symbol table of it; else
  /// the object holds __ksymtab_* itself.
  bool exports_in_section = true;
  /// KSYMTAB_FUNC and SYMBOL_CRC take the "_gpl" suffix; else SYMBOL_FLAGS tells the licence.
  bool license_by_suffix = false;
  /// vermagic, retpoline, build salt and notes come from scripts/module-common.c.
  bool common_object = true;
  bool lto_note = true;            // include/linux/elfnote-lto.h
  std::string retpoline_option;    // the CONFIG_* that guards the retpoline entry
  bool basic_by_option = true;     // __versions only with -b; CRCs padded with zeros
  bool unique_aliases = true;      // no alias twice
  bool modules_by_file = true;     // the same name in two Module.symvers files is two modules
  bool quoted_namespaces = true;   // MODULE_IMPORT_NS("NS"), else MODULE_IMPORT_NS(NS)
  std::string objtree;             // where the tree was found
  bool tables_name_module = true;  // __mod_device_table__kmod_<module>__<bus>__<name>
};

/// Whether the modpost that the tree brought (scripts/mod/modpost*, another program than kbx) has
/// `text` in it; true if none is there.
bool original_modpost_has(const std::string& objtree, std::string_view text);

/// The dialect of the tree whose build folder is `objtree` and whose headers are below `srctree`.
/// Throws Error if there is no include/linux/module.h.
Dialect probe_dialect(const std::string& objtree, const std::string& srctree);

}  // namespace kbx::symbols
