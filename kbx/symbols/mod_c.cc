#include "kbx/symbols/mod_c.h"

#include <iterator>

#include <fmt/format.h>

/// MODULE.mod.c: the C file that modpost writes for each module, which becomes its metadata
/// object. Its parts, in order: headers and struct module; symbol table entries and CRCs of what it
/// exports; CRCs of what it needs; the modules those come from; aliases; digest of the sources.
/// Nothing here decides anything, it only writes what ModC and the dialect say.
namespace kbx::symbols {
namespace {

using Out = std::back_insert_iterator<std::string>;

void add_headers(std::string& text, const Dialect& dialect) {
  text += "#include <linux/module.h>\n";
  if (!dialect.common_object) {
    text += "#define INCLUDE_VERMAGIC\n#include <linux/build-salt.h>\n";
    if (dialect.lto_note) text += "#include <linux/elfnote-lto.h>\n";
  }
  if (dialect.crcs_in_cmd_files) text += "#include <linux/export-internal.h>\n";
  if (!dialect.common_object) text += "#include <linux/vermagic.h>\n";
  text += "#include <linux/compiler.h>\n\n";
  if (!dialect.common_object) {
    text += "BUILD_SALT;\n";
    if (dialect.lto_note) text += "BUILD_LTO_INFO;\n";
    text += "\nMODULE_INFO(vermagic, VERMAGIC_STRING);\n";
  }
  text += "MODULE_INFO(name, KBUILD_MODNAME);\n\n";
}

void add_struct(std::string& text, const ModC& module) {
  text +=
      "__visible struct module __this_module\n"
      "__section(\".gnu.linkonce.this_module\") = {\n"
      "\t.name = KBUILD_MODNAME,\n";
  if (module.has_init) text += "\t.init = init_module,\n";
  if (module.has_exit) text += "#ifdef CONFIG_MODULE_UNLOAD\n\t.exit = cleanup_module,\n#endif\n";
  text += "\t.arch = MODULE_ARCH_INIT,\n};\n";
}

bool is_staging(const ModC& module) {
  return module.module.starts_with("drivers/staging");
}

bool is_test(const ModC& module, const Dialect& dialect) {
  return dialect.crcs_in_cmd_files && module.module.starts_with("tools/testing");
}

std::string depends_text(const ModC& module) {
  std::string text;
  for (const std::string_view provider : module.depends) {
    if (!text.empty()) text += ',';
    text += provider;
  }
  return text;
}

void add_origin(std::string& text, const ModC& module, const Dialect& dialect) {
  if (module.in_tree) text += "\nMODULE_INFO(intree, \"Y\");\n";
  if (!dialect.common_object)
    fmt::format_to(Out(text), "\n#ifdef {}\nMODULE_INFO(retpoline, \"Y\");\n#endif\n",
                   dialect.retpoline_option);
  if (is_staging(module)) text += "\nMODULE_INFO(staging, \"Y\");\n";
  if (is_test(module, dialect)) text += "\nMODULE_INFO(test, \"Y\");\n";
}

void add_export_entries(std::string& text, const ModC& module, const Dialect& dialect) {
  text += "\n";
  for (const ModC::Export& symbol : module.exports) {
    const std::string_view kind = symbol.is_function ? "FUNC" : "DATA";
    if (dialect.license_by_suffix) {
      fmt::format_to(Out(text), "KSYMTAB_{}({}, \"{}\", \"{}\");\n", kind, symbol.name,
                     symbol.gpl_only ? "_gpl" : "", symbol.name_space);
    } else {
      fmt::format_to(Out(text), "KSYMTAB_{}({}, \"{}\");\n", kind, symbol.name, symbol.name_space);
      fmt::format_to(Out(text), "SYMBOL_FLAGS({}, 0x{:02x});\n", symbol.name,
                     symbol.gpl_only ? 1 : 0);
    }
  }
}

void add_export_crcs(std::string& text, const ModC& module, const Dialect& dialect) {
  text += "\n";
  for (const ModC::Export& symbol : module.exports) {
    fmt::format_to(Out(text), "SYMBOL_CRC({}, 0x{:08x}", symbol.name, symbol.crc);
    if (dialect.license_by_suffix)
      fmt::format_to(Out(text), ", \"{}\"", symbol.gpl_only ? "_gpl" : "");
    text += ");\n";
  }
}

/// As printf's %#8x shows it.
std::string unpadded(std::uint32_t crc) {
  return fmt::format("{:>8}", crc == 0 ? "0" : fmt::format("0x{:x}", crc));
}

void add_versions(std::string& text, const ModC& module, const Dialect& dialect) {
  text +=
      "\nstatic const struct modversion_info ____versions[]\n"
      "__used __section(\"__versions\") = {\n";
  for (const ModC::Version& symbol : *module.versions) {
    const std::string crc =
        dialect.basic_by_option ? fmt::format("0x{:08x}", symbol.crc) : unpadded(symbol.crc);
    fmt::format_to(Out(text), "\t{{ {}, \"{}\" }},\n", crc, symbol.name);
  }
  text += "};\n";
}

void add_extended_versions(std::string& text, const ModC& module) {
  text +=
      "\nstatic const u32 ____version_ext_crcs[]\n"
      "__used __section(\"__version_ext_crcs\") = {\n";
  for (const ModC::Version& symbol : *module.extended_versions)
    fmt::format_to(Out(text), "\t0x{:08x},\n", symbol.crc);
  text +=
      "};\nstatic const char ____version_ext_names[]\n"
      "__used __section(\"__version_ext_names\") =\n";
  for (const ModC::Version& symbol : *module.extended_versions)
    fmt::format_to(Out(text), "\t\"{}\\0\"\n", symbol.name);
  text += ";\n";
}

}  // namespace

std::size_t longest_name(bool is_64bit) {
  constexpr std::size_t room = 64;
  return room - (is_64bit ? 8 : 4) - 1;
}

std::vector<InfoEntry> info_entries(const ModC& module, const Dialect& dialect,
                                    const std::string& name) {
  std::vector<InfoEntry> entries;
  if (!dialect.common_object) entries.push_back({"vermagic", std::nullopt});
  entries.push_back({"name", name});
  if (module.in_tree) entries.push_back({"intree", "Y"});
  if (!dialect.common_object) entries.push_back({"retpoline", std::nullopt});
  if (is_staging(module)) entries.push_back({"staging", "Y"});
  if (is_test(module, dialect)) entries.push_back({"test", "Y"});
  entries.push_back({"depends", depends_text(module)});
  for (const std::string& alias : module.aliases) entries.push_back({"alias", alias});
  if (!module.source_version.empty()) entries.push_back({"srcversion", module.source_version});
  return entries;
}

std::string mod_c_text(const ModC& module, const Dialect& dialect) {
  std::string text;
  add_headers(text, dialect);
  add_struct(text, module);
  add_origin(text, module, dialect);
  if (dialect.exports_in_section) add_export_entries(text, module, dialect);
  if (dialect.crcs_in_cmd_files && module.with_crcs) add_export_crcs(text, module, dialect);
  if (module.versions) add_versions(text, module, dialect);
  if (module.extended_versions) add_extended_versions(text, module);
  text += "\nMODULE_INFO(depends, \"" + depends_text(module) + "\");\n\n";
  for (const std::string& alias : module.aliases)
    fmt::format_to(Out(text), "MODULE_ALIAS(\"{}\");\n", alias);
  if (!module.source_version.empty())
    fmt::format_to(Out(text), "\nMODULE_INFO(srcversion, \"{}\");\n", module.source_version);
  return text;
}

}  // namespace kbx::symbols
