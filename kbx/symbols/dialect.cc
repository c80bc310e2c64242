#include "kbx/symbols/dialect.h"

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

/// What the tree's own headers and scripts give away. The text that modpost writes is compiled
/// against these headers, so they are the best witness: a macro that .mod.c may use is there, one
/// that it must not use is not.
namespace kbx::symbols {
namespace {

constexpr const char* witness = "include/linux/module.h";

bool contains(const std::optional<std::string>& text, std::string_view part) {
  return text && text->find(part) != std::string::npos;
}

/// Whether MODULE_IMPORT_NS takes a string literal; before, its definition makes one.
bool imports_are_quoted(std::string_view module_header) {
  const size_t start = module_header.find("#define MODULE_IMPORT_NS(");
  if (start == std::string_view::npos) return true;
  const std::string_view line =
      module_header.substr(start, module_header.find('\n', start) - start);
  return line.find('#', 1) == std::string_view::npos &&
         line.find("__stringify") == std::string_view::npos;
}

}  // namespace

bool original_modpost_has(const std::string& objtree, std::string_view text) {
  const std::string folder = join_path(objtree, "scripts/mod");
  bool found_program = false;
  for (const std::string& name : list_folder(folder)) {
    const std::string path = join_path(folder, name);
    if (!name.starts_with("modpost") || !is_regular_file(path)) continue;
    const MappedFile file(path);
    const std::string_view content = file.content();
    // Debian has a starter by that name beside the programs proper, and kbx may stand in for it.
    if (content.find("MODULE_INFO(depends") == std::string_view::npos ||
        content.find("usage: kbx modpost") != std::string_view::npos)
      continue;
    if (content.find(text) != std::string_view::npos) return true;
    found_program = true;
  }
  return !found_program;
}

Dialect probe_dialect(const std::string& objtree, const std::string& srctree) {
  const std::string headers = join_path(srctree, "include/linux");
  const std::string module_header = join_path(srctree, witness);
  const auto module = read_file_if_present(module_header);
  if (!module)
    throw Error(Location{module_header, 0}, "this kernel header does not exist",
                "name the kernel's build folder with --tree, e.g. /lib/modules/$(uname -r)/build");
  const auto exports = read_file_if_present(join_path(headers, "export-internal.h"));
  const auto modpost = read_file_if_present(join_path(objtree, "scripts/Makefile.modpost"));

  Dialect dialect;
  dialect.objtree = objtree;
  dialect.crcs_in_cmd_files = exports.has_value();
  dialect.exports_in_section = contains(exports, "KSYMTAB_FUNC");
  dialect.license_by_suffix = !contains(exports, "SYMBOL_FLAGS");
  dialect.common_object = exists(join_path(objtree, "scripts/module-common.c"));
  dialect.lto_note = exists(join_path(headers, "elfnote-lto.h"));
  const auto x86 = read_file_if_present(join_path(srctree, "arch/x86/Makefile"));
  dialect.retpoline_option = contains(x86, "CONFIG_MITIGATION_RETPOLINE")
                                 ? "CONFIG_MITIGATION_RETPOLINE"
                                 : "CONFIG_RETPOLINE";
  dialect.basic_by_option = contains(modpost, "CONFIG_BASIC_MODVERSIONS");
  dialect.unique_aliases = contains(module, "__mod_device_table");
  // Came in the same cycle, and left no trace in a header.
  dialect.modules_by_file = dialect.unique_aliases;
  dialect.tables_name_module =
      contains(module, "__mod_device_table__") && contains(module, "kmod_");
  dialect.quoted_namespaces = imports_are_quoted(*module);
  return dialect;
}

}  // namespace kbx::symbols
