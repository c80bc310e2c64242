#include "kbx/kernel/module_file.h"

#include <optional>
#include <unordered_set>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/kernel/compressed.h"
#include "kbx/kernel/offer.h"

namespace kbx::kernel {
symbols::ModuleFacts read_module_file(const std::string& path, ModuleParts parts) {
  const MappedFile file(path);
  const bool with_relocations = parts == ModuleParts::all;
  const symbols::Compression compression = symbols::compression_of(file.content());
  if (compression == symbols::Compression::none)
    return symbols::read_module_facts(file.content(), path, with_relocations);
  symbols::ModuleFacts facts =
      symbols::read_module_facts(unpacked(file.content(), path), path, with_relocations);
  facts.compression = compression;
  if (compression == symbols::Compression::xz)
    facts.xz_check = symbols::xz_check_of(file.content());
  return facts;
}

std::vector<symbols::Verdict> check_modules(const std::vector<std::string>& paths,
                                            const symbols::KernelSymbols& kernel) {
  struct Read {
    std::optional<symbols::ModuleFacts> facts;
    std::string fault;
  };
  std::vector<Read> modules;
  for (const std::string& path : paths) {
    if (!is_regular_file(path))
      throw Error({path, 0}, exists(path) ? "not a file" : "there is no such module",
                  "name the .ko files to check");
    Read& module = modules.emplace_back();
    try {
      module.facts = read_module_file(path);
    } catch (const Error& error) {
      module.fault = error.what();
    }
  }
  symbols::ModuleExports all;
  for (const Read& module : modules)
    if (module.facts) all.add(*module.facts);
  std::vector<symbols::Verdict> verdicts;
  for (size_t i = 0; i < paths.size(); ++i)
    verdicts.push_back(modules[i].facts
                           ? symbols::judge(*modules[i].facts, kernel, all)
                           : symbols::judge_unreadable(paths[i], modules[i].fault, kernel));
  return verdicts;
}

std::vector<symbols::Verdict> check_built_modules(const std::vector<std::string>& paths,
                                                  const std::vector<std::string>& others,
                                                  const std::vector<std::string>& symbol_lists,
                                                  const Tree& tree) {
  std::vector<symbols::ModuleFacts> modules;
  for (const std::string& path : paths) modules.push_back(read_module_file(path));
  for (const std::string& path : others)
    modules.push_back(read_module_file(path, ModuleParts::symbols));
  symbols::ModuleExports all;
  std::unordered_set<std::string_view> asked;
  for (const symbols::ModuleFacts& module : modules) {
    all.add(module);
    for (const std::string_view symbol : symbols::asked_symbols(module)) asked.insert(symbol);
  }
  const auto wanted = [&](std::string_view symbol) { return asked.contains(symbol); };
  symbols::KernelSymbols kernel = symbols_of_tree(tree, wanted);
  for (const std::string& list : symbol_lists)
    if (is_regular_file(list))
      symbols::add_symvers(kernel, MappedFile(list).content(), list, wanted);
  std::vector<symbols::Verdict> verdicts;
  for (size_t i = 0; i < paths.size(); ++i)
    verdicts.push_back(symbols::judge(modules[i], kernel, all));
  return verdicts;
}

}  // namespace kbx::kernel
