#include "kbx/kernel/installed_modules.h"

#include <filesystem>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/kernel/module_file.h"

/// An installed kernel without headers still tells most of its exports: each of its modules lists
/// in __versions the CRC of every symbol that it uses, as the kernel's own build computed it. A
/// symbol that some module uses and no module exports comes from the image.
namespace kbx::kernel {
namespace {

std::vector<std::string> module_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code fault;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  std::filesystem::recursive_directory_iterator entry(folder, options, fault);
  for (; !fault && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(fault)) {
    const std::string name = entry->path().filename();
    const bool packed =
        name.ends_with(".ko.xz") || name.ends_with(".ko.gz") || name.ends_with(".ko.zst");
    if ((name.ends_with(".ko") || packed) && entry->is_regular_file(fault))
      files.push_back(entry->path());
  }
  return files;
}

void add_exports(symbols::KernelSymbols& kernel, const symbols::ModuleFacts& module) {
  for (const symbols::ModuleExport& symbol : module.exports) {
    symbols::KernelExport entry;
    entry.crc = symbol.crc;
    entry.owner = module.name;
    entry.license = symbol.license == symbols::gpl_export ? symbols::ExportLicense::gpl_only
                                                          : symbols::ExportLicense::any;
    entry.name_space = symbol.name_space;
    kernel.exports.insert_or_assign(symbol.name, std::move(entry));
  }
}

/// CRCs of symbols that are used, whoever exports them.
void add_uses(symbols::KernelSymbols& kernel, const symbols::ModuleFacts& module) {
  const auto& versions = module.extended_versions ? module.extended_versions : module.versions;
  if (!versions) return;
  for (const auto& [symbol, crc] : *versions) {
    symbols::KernelExport& entry = kernel.exports[symbol];
    if (entry.owner.empty()) entry.owner = "vmlinux";
    if (!entry.crc) entry.crc = crc;
  }
}

}  // namespace

bool is_modules_folder(const std::string& folder) {
  for (const char* name : {"modules.dep", "modules.order", "modules.builtin", "kernel"})
    if (exists(join_path(folder, name))) return true;
  return false;
}

void add_installed_modules(symbols::KernelSymbols& kernel, const std::string& folder) {
  std::vector<symbols::ModuleFacts> modules;
  for (const std::string& path : module_files(folder)) {
    try {
      symbols::ModuleFacts module = read_module_file(path, ModuleParts::symbols);
      if (module.first_info("intree")) modules.push_back(std::move(module));
    } catch (const Error&) {
      // A file that is no module tells nothing; kmod passes over it too.
      continue;
    }
  }
  if (modules.empty())
    throw Error({folder, 0}, "this folder holds no modules of a kernel's own",
                "give /lib/modules/RELEASE");
  bool versions = false;
  for (const symbols::ModuleFacts& module : modules) {
    add_exports(kernel, module);
    versions = versions || module.versions || module.extended_versions;
  }
  for (const symbols::ModuleFacts& module : modules) add_uses(kernel, module);
  const symbols::ModuleFacts& first = modules.front();
  if (!kernel.machine) kernel.machine = first.machine;
  if (!kernel.struct_size) kernel.struct_size = first.struct_size;
  if (const auto magic = first.first_info("vermagic"); magic && !kernel.vermagic)
    kernel.vermagic = std::string(*magic);
  if (kernel.release.empty() && kernel.vermagic)
    kernel.release = kernel.vermagic->substr(0, kernel.vermagic->find(' '));
  if (!kernel.options.modversions) kernel.options.modversions = versions;
}

}  // namespace kbx::kernel
