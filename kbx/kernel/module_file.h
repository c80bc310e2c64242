#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/kernel/tree.h"
#include "kbx/symbols/verdict.h"

namespace kbx::kernel {

/// How much of a module is read: everything, or what it exports and uses.
enum class ModuleParts { all, symbols };

/// Reads a module's file, NAME.ko, or NAME.ko.xz, .gz or .zst, which is unpacked in memory. Throws
/// Error if it cannot be read, is damaged, unpacks to more than 1 GiB, or is no relocatable object.
symbols::ModuleFacts read_module_file(const std::string& path,
                                      ModuleParts parts = ModuleParts::all);

/// A module's file that was asked for: what it says, or why it cannot be read.
struct ReadModule {
  std::string path;
  std::optional<symbols::ModuleFacts> facts;
  std::string fault;
};

/// Reads modules and checks their signatures with `certificates` (X.509 in DER). Throws Error if a
/// file is not there.
std::vector<ReadModule> read_modules(const std::vector<std::string>& paths,
                                     const std::vector<std::string>& certificates = {});

/// True for the symbols of a kernel that judge_modules will ask for. The modules must outlive it.
symbols::SymbolChoice asked_symbols(const std::vector<ReadModule>& modules);

/// Judges modules for a kernel; what one exports, the others may use. A file that cannot be read as
/// a module gets its verdict too.
std::vector<symbols::Verdict> judge_modules(const std::vector<ReadModule>& modules,
                                            const symbols::KernelSymbols& kernel);

/// Judges modules that were just built for the kernel of `tree`. `others` are modules that were
/// built beside them, `symbol_lists` the Module.symvers files of further ones. Reads of the
/// kernel's symbols only what the modules use. Throws Error if a file cannot be read.
std::vector<symbols::Verdict> check_built_modules(const std::vector<std::string>& paths,
                                                  const std::vector<std::string>& others,
                                                  const std::vector<std::string>& symbol_lists,
                                                  const Tree& tree, const std::string& index_cache);

}  // namespace kbx::kernel
