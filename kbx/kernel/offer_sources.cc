#include <array>
#include <utility>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/boot_image.h"
#include "kbx/kernel/installed_modules.h"
#include "kbx/kernel/layout.h"
#include "kbx/kernel/offer.h"
#include "kbx/symbols/abidw.h"
#include "kbx/symbols/kernel_image.h"
#include "kbx/symbols/system_map.h"

/// The words of --kernel that are no header tree. Each such file or folder tells a part of what a
/// kernel offers; KernelSymbols says which parts are known.
namespace kbx::kernel {

using symbols::KernelSymbols;

namespace {

/// "6.1.0-56-amd64" of "System.map-6.1.0-56-amd64".
std::string release_in_name(const std::string& path) {
  const std::string name = base_name(path);
  const size_t dash = name.find('-');
  return dash == std::string::npos ? std::string() : name.substr(dash + 1);
}

/// SRCARCH of a configuration, by the options that only one architecture has.
std::string arch_of(const ConfigText& config) {
  constexpr std::array<std::pair<const char*, const char*>, 9> rows = {
      {{"CONFIG_X86", "x86"},
       {"CONFIG_ARM64", "arm64"},
       {"CONFIG_ARM", "arm"},
       {"CONFIG_PPC", "powerpc"},
       {"CONFIG_S390", "s390"},
       {"CONFIG_MIPS", "mips"},
       {"CONFIG_RISCV", "riscv"},
       {"CONFIG_LOONGARCH", "loongarch"},
       {"CONFIG_SPARC", "sparc"}}};
  for (const auto& [option, arch] : rows)
    if (config.is_y(option)) return arch;
  return {};
}

void add_config(KernelSymbols& kernel, const std::string& path) {
  const MappedFile text(path);
  const ConfigText config(text.content(), path);
  if (!kernel.machine) kernel.machine = machine_of(arch_of(config), config);
  if (!kernel.options.modversions) kernel.options = loader_options_of(config);
}

/// The one file of the folder whose name starts with `prefix`, or "".
std::string only_file(const std::string& folder, std::string_view prefix) {
  std::vector<std::string> found;
  for (const std::string& name : list_folder(folder))
    if (name.starts_with(prefix)) found.push_back(join_path(folder, name));
  if (found.size() > 1)
    throw Error({folder, 0}, "several kernels lie here: " + join(found, " "), "name one of them");
  return found.empty() ? std::string() : found[0];
}

void add_map(KernelSymbols& kernel, const std::string& path) {
  const std::string release = release_in_name(path);
  if (kernel.release.empty()) kernel.release = release;
  symbols::add_system_map(kernel, MappedFile(path).content(), path);
  const std::string config = join_path(dir_name(path), "config-" + release);
  if (is_regular_file(config)) add_config(kernel, config);
}

void add_image(KernelSymbols& kernel, const std::string& path) {
  symbols::add_kernel_image(kernel, kernel_elf(MappedFile(path).content(), path), path);
  const std::string config = join_path(dir_name(path), "config-" + release_in_name(path));
  if (is_regular_file(config)) add_config(kernel, config);
}

enum class Source { tree, boot_folder, modules, image, map, config, abidw, symvers };

Source source_of_folder(const std::string& folder) {
  if (is_header_tree(folder) || !header_trees_below(folder).empty()) return Source::tree;
  if (!only_file(folder, "vmlinuz").empty() || !only_file(folder, "System.map").empty())
    return Source::boot_folder;
  if (is_header_tree(join_path(folder, "build"))) return Source::tree;
  return is_modules_folder(folder) ? Source::modules : Source::tree;
}

Source source_of(const std::string& word) {
  if (is_folder(word)) return source_of_folder(word);
  const std::string name = base_name(word);
  if (!is_regular_file(word) || name.ends_with(".deb")) return Source::tree;
  if (name.starts_with("System.map")) return Source::map;
  if (name.starts_with("vmlinu")) return Source::image;
  if (name.starts_with("config") || name == ".config") return Source::config;
  if (name.ends_with(".xml")) return Source::abidw;
  if (name.find("symvers") != std::string::npos) return Source::symvers;
  throw Error({word, 0}, "this file describes no kernel in a way that is known",
              "give a release, a folder of headers, packages (.deb, .rpm, .tar.xz), "
              "Module.symvers, vmlinuz, "
              "System.map, or what abidw wrote (.xml)");
}

void add_source(KernelSymbols& kernel, Source source, const std::string& word,
                const symbols::SymbolChoice& wanted) {
  switch (source) {
    case Source::tree:
      return;
    case Source::boot_folder:
      if (const std::string image = only_file(word, "vmlinuz"); !image.empty())
        return add_image(kernel, image);
      return add_map(kernel, only_file(word, "System.map"));
    case Source::image:
      return add_image(kernel, word);
    case Source::map:
      return add_map(kernel, word);
    case Source::modules:
      return add_installed_modules(kernel, word);
    case Source::config:
      return add_config(kernel, word);
    case Source::abidw:
      return symbols::add_abidw(kernel, MappedFile(word).content(), word);
    case Source::symvers:
      kernel.complete = true;
      symbols::add_symvers(kernel, MappedFile(word).content(), word, wanted);
      return;
  }
}

}  // namespace

KernelSymbols symbols_of(const std::vector<std::string>& words, const Environment& environment,
                         const symbols::SymbolChoice& wanted) {
  std::vector<std::string> tree_words;
  std::vector<std::pair<Source, std::string>> sources;
  for (const std::string& word : words)
    for (const std::string_view part : split(word, ',')) {
      if (part.empty()) continue;
      const std::string name(part);
      const Source source = source_of(name);
      if (source == Source::tree)
        tree_words.push_back(name);
      else
        sources.emplace_back(source, name);
    }
  KernelSymbols kernel;
  if (!tree_words.empty() || sources.empty())
    kernel = symbols_of_tree(find_tree(join(tree_words, ","), environment), wanted);
  bool has_image = false;
  bool has_modules = false;
  for (const auto& [source, word] : sources) {
    add_source(kernel, source, word, wanted);
    has_image = has_image || source == Source::image || source == Source::map ||
                source == Source::boot_folder;
    has_modules = has_modules || source == Source::modules;
    if (kernel.name.empty()) kernel.name = kernel.release;
    if (kernel.name.empty()) kernel.name = word;
  }
  // What the image and what the modules export is all there is.
  if (has_image && has_modules) kernel.complete = true;
  return kernel;
}

}  // namespace kbx::kernel
