#include "kbx/kernel/offer.h"

#include <array>

#include <elf.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/symbols/vermagic.h"

/// What a kernel offers, read off its header tree:
/// Module.symvers has the symbols, the headers and the configuration the vermagic.
namespace kbx::kernel {
namespace {

using symbols::KernelSymbols;

/// How a tree includes headers of its own: the folders in the order of LINUXINCLUDE in its top
/// Makefile.
std::optional<std::string> read_header(const Tree& tree, const std::string& name) {
  const std::array<std::string, 4> folders = {
      join_path(tree.srctree, "arch/" + tree.arch + "/include"),
      join_path(tree.objtree, "arch/" + tree.arch + "/include/generated"),
      join_path(tree.srctree, "include"), join_path(tree.objtree, "include")};
  for (const std::string& folder : folders)
    if (auto text = read_file_if_present(join_path(folder, name))) return text;
  return std::nullopt;
}

bool defines(const ConfigText& config, std::string_view macro) {
  constexpr std::string_view module_suffix = "_MODULE";
  if (const auto value = config.find(macro)) return *value != "m";
  return macro.ends_with(module_suffix) &&
         config.find(macro.substr(0, macro.size() - module_suffix.size())) == "m";
}

std::optional<std::string> vermagic_of(const Tree& tree, const ConfigText& config) {
  return symbols::compose_vermagic(
      {[&](const std::string& name) { return read_header(tree, name); },
       [&](std::string_view macro) { return defines(config, macro); }});
}

}  // namespace

std::optional<symbols::Machine> machine_of(const std::string& arch, const ConfigText& config) {
  const bool is_64bit = config.is_y("CONFIG_64BIT");
  const bool is_big_endian = config.is_y("CONFIG_CPU_BIG_ENDIAN");
  constexpr std::uint16_t loongarch = 258;
  if (arch == "x86")
    return symbols::Machine{is_64bit ? std::uint16_t{EM_X86_64} : std::uint16_t{EM_386}, is_64bit,
                            false};
  if (arch == "arm64") return symbols::Machine{EM_AARCH64, true, is_big_endian};
  if (arch == "arm") return symbols::Machine{EM_ARM, false, is_big_endian};
  if (arch == "powerpc")
    return symbols::Machine{is_64bit ? std::uint16_t{EM_PPC64} : std::uint16_t{EM_PPC}, is_64bit,
                            !config.is_y("CONFIG_CPU_LITTLE_ENDIAN")};
  if (arch == "s390") return symbols::Machine{EM_S390, is_64bit, true};
  if (arch == "mips") return symbols::Machine{EM_MIPS, is_64bit, is_big_endian};
  if (arch == "riscv") return symbols::Machine{EM_RISCV, is_64bit, false};
  if (arch == "loongarch") return symbols::Machine{loongarch, is_64bit, false};
  return std::nullopt;
}

symbols::LoaderOptions loader_options_of(const ConfigText& config) {
  symbols::LoaderOptions options;
  if (config.empty()) return options;
  options.modversions = config.is_y("CONFIG_MODVERSIONS");
  options.force_load = config.is_y("CONFIG_MODULE_FORCE_LOAD");
  options.signatures = config.is_y("CONFIG_MODULE_SIG");
  options.signatures_forced = config.is_y("CONFIG_MODULE_SIG_FORCE");
  options.missing_imports_loaded = config.is_y("CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS");
  options.strict_rwx = config.is_y("CONFIG_STRICT_MODULE_RWX");
  options.trimmed = config.is_y("CONFIG_TRIM_UNUSED_KSYMS");
  options.decompresses = "";
  if (config.is_y("CONFIG_MODULE_DECOMPRESS"))
    for (const auto& [option, name] : {std::pair{"CONFIG_MODULE_COMPRESS_GZIP", "gzip"},
                                       std::pair{"CONFIG_MODULE_COMPRESS_XZ", "xz"},
                                       std::pair{"CONFIG_MODULE_COMPRESS_ZSTD", "zstd"}})
      if (config.is_y(option)) options.decompresses = name;
  return options;
}

KernelSymbols symbols_of_tree(const Tree& tree, const symbols::SymbolChoice& wanted,
                              const std::string& index_cache) {
  KernelSymbols kernel;
  kernel.name = tree.release.empty() ? tree.headers : tree.release;
  kernel.release = tree.release;
  const std::string config_file = config_file_of(tree);
  const std::optional<MappedFile> config_text =
      config_file.empty() ? std::nullopt : std::optional<MappedFile>(std::in_place, config_file);
  const ConfigText config(config_text ? config_text->content() : "", config_file);
  kernel.machine = machine_of(tree.arch, config);
  kernel.options = loader_options_of(config);
  kernel.vermagic = vermagic_of(tree, config);
  // Whoever writes extended tables reads them too; both came with the same change.
  const auto modpost = read_file_if_present(join_path(tree.srctree, "scripts/Makefile.modpost"));
  const auto modpost_of_package =
      modpost ? modpost : read_file_if_present(join_path(tree.objtree, "scripts/Makefile.modpost"));
  if (modpost_of_package)
    kernel.options.reads_extended_versions =
        modpost_of_package->find("EXTENDED_MODVERSIONS") != std::string::npos;
  const std::string symvers = join_path(tree.objtree, "Module.symvers");
  if (is_regular_file(symvers))
    kernel.complete = symbols::add_symvers_file(kernel, symvers, wanted, index_cache) > 0;
  return kernel;
}

}  // namespace kbx::kernel
