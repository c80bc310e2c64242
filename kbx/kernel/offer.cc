#include "kbx/kernel/offer.h"

#include <array>

#include <elf.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/kernel/offer_cache.h"
#include "kbx/symbols/vermagic.h"

/// What a kernel offers, read off its header tree:
/// Module.symvers has the symbols, the headers and the configuration the vermagic.
namespace kbx::kernel {
namespace {

using symbols::KernelSymbols;

/// The files of a tree, as far as it is asked for them.
class TreeFiles {
 public:
  explicit TreeFiles(const Tree& tree) : tree_(tree) {}

  std::optional<std::string> read(const std::string& path) {
    read_.emplace_back(path, stamp_of(path));
    return read_.back().second ? read_file_if_present(path) : std::nullopt;
  }

  /// How a tree includes headers of its own: the folders in the order of LINUXINCLUDE in its top
  /// Makefile.
  std::optional<std::string> read_header(const std::string& name) {
    const std::array<std::string, 4> folders = {
        join_path(tree_.srctree, "arch/" + tree_.arch + "/include"),
        join_path(tree_.objtree, "arch/" + tree_.arch + "/include/generated"),
        join_path(tree_.srctree, "include"), join_path(tree_.objtree, "include")};
    for (const std::string& folder : folders)
      if (auto text = read(join_path(folder, name))) return text;
    return std::nullopt;
  }

  const FilesRead& all() const { return read_; }

 private:
  const Tree& tree_;
  FilesRead read_;
};

bool defines(const ConfigText& config, std::string_view macro) {
  constexpr std::string_view module_suffix = "_MODULE";
  if (const auto value = config.find(macro)) return *value != "m";
  return macro.ends_with(module_suffix) &&
         config.find(macro.substr(0, macro.size() - module_suffix.size())) == "m";
}

std::optional<std::string> vermagic_of(TreeFiles& files, const ConfigText& config) {
  return symbols::compose_vermagic(
      {[&](const std::string& name) { return files.read_header(name); },
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

namespace {

/// Sets what the tree's files say of its kernel besides the symbols, and gives these files.
FilesRead read_offer(KernelSymbols& kernel, const Tree& tree) {
  TreeFiles files(tree);
  for (const char* name : {"include/config/auto.conf", ".config"}) {
    const std::string path = join_path(tree.objtree, name);
    const auto text = is_folder(path) ? std::nullopt : files.read(path);
    if (!text && std::string_view(name) != ".config") continue;
    const std::string content = text.value_or("");
    const ConfigText config(content, path);
    kernel.machine = machine_of(tree.arch, config);
    kernel.options = loader_options_of(config);
    kernel.vermagic = vermagic_of(files, config);
    break;
  }
  // Whoever writes extended tables reads them too; both came with the same change.
  constexpr const char* name = "scripts/Makefile.modpost";
  auto modpost = files.read(join_path(tree.srctree, name));
  if (!modpost) modpost = files.read(join_path(tree.objtree, name));
  if (modpost)
    kernel.options.reads_extended_versions =
        modpost->find("EXTENDED_MODVERSIONS") != std::string::npos;
  return files.all();
}

}  // namespace

KernelSymbols symbols_of_tree(const Tree& tree, const symbols::SymbolChoice& wanted,
                              const std::string& cache) {
  KernelSymbols kernel;
  kernel.name = tree.release.empty() ? tree.headers : tree.release;
  kernel.release = tree.release;
  if (cache.empty()) {
    read_offer(kernel, tree);
  } else if (!recall_offer(kernel, tree, cache)) {
    const FilesRead files = read_offer(kernel, tree);
    remember_offer(kernel, tree, cache, files);
  }
  const std::string symvers = join_path(tree.objtree, "Module.symvers");
  if (is_regular_file(symvers))
    kernel.complete = symbols::add_symvers_file(kernel, symvers, wanted, cache) > 0;
  return kernel;
}

}  // namespace kbx::kernel
