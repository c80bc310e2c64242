#include "kbx/kernel/module_file.h"

#include <unordered_set>
#include <utility>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/kernel/compressed.h"
#include "kbx/kernel/offer.h"
#include "kbx/sign/verify.h"

namespace kbx::kernel {
namespace {

/// Gives a module's facts and content, unpacked, to `take`.
template <typename Take>
symbols::ModuleFacts read_content(const std::string& path, ModuleParts parts, const Take& take) {
  const MappedFile file(path);
  const symbols::Compression compression = symbols::compression_of(file.content());
  const bool is_packed = compression != symbols::Compression::none;
  const std::string plain = is_packed ? unpacked(file.content(), path) : std::string();
  const std::string_view content = is_packed ? std::string_view(plain) : file.content();
  symbols::ModuleFacts facts = symbols::read_module_facts(content, path, parts == ModuleParts::all);
  facts.compression = compression;
  if (compression == symbols::Compression::xz)
    facts.xz_check = symbols::xz_check_of(file.content());
  take(facts, content);
  return facts;
}

}  // namespace

symbols::ModuleFacts read_module_file(const std::string& path, ModuleParts parts) {
  return read_content(path, parts, [](symbols::ModuleFacts&, std::string_view) {});
}

std::vector<ReadModule> read_modules(const std::vector<std::string>& paths,
                                     const std::vector<std::string>& certificates) {
  const auto check_signature = [&](symbols::ModuleFacts& facts, std::string_view content) {
    facts.signature = sign::check_signature(content, certificates);
  };
  std::vector<ReadModule> modules;
  for (const std::string& path : paths) {
    if (!is_regular_file(path))
      throw Error({path, 0}, exists(path) ? "not a file" : "there is no such module",
                  "name the .ko files to check");
    ReadModule& module = modules.emplace_back();
    module.path = path;
    try {
      module.facts = read_content(path, ModuleParts::all, check_signature);
    } catch (const Error& error) {
      module.fault = error.what();
    }
  }
  return modules;
}

symbols::SymbolChoice asked_symbols(const std::vector<ReadModule>& modules) {
  std::unordered_set<std::string_view> asked;
  for (const ReadModule& module : modules)
    if (module.facts) {
      const auto symbols = symbols::asked_symbols(*module.facts);
      asked.insert(symbols.begin(), symbols.end());
    }
  return symbols::SymbolChoice(std::move(asked));
}

std::vector<symbols::Verdict> judge_modules(const std::vector<ReadModule>& modules,
                                            const symbols::KernelSymbols& kernel) {
  symbols::ModuleExports all;
  for (const ReadModule& module : modules)
    if (module.facts) all.add(*module.facts);
  std::vector<symbols::Verdict> verdicts;
  for (const ReadModule& module : modules)
    verdicts.push_back(module.facts ? symbols::judge(*module.facts, kernel, all)
                                    : symbols::judge_unreadable(module.path, module.fault, kernel));
  return verdicts;
}

std::vector<symbols::Verdict> check_built_modules(const std::vector<std::string>& paths,
                                                  const std::vector<std::string>& others,
                                                  const std::vector<std::string>& symbol_lists,
                                                  const Tree& tree,
                                                  const std::string& index_cache) {
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
  const symbols::SymbolChoice wanted(std::move(asked));
  symbols::KernelSymbols kernel = symbols_of_tree(tree, wanted, index_cache);
  for (const std::string& list : symbol_lists)
    if (is_regular_file(list))
      symbols::add_symvers(kernel, MappedFile(list).content(), list, wanted);
  std::vector<symbols::Verdict> verdicts;
  for (size_t i = 0; i < paths.size(); ++i)
    verdicts.push_back(symbols::judge(modules[i], kernel, all));
  return verdicts;
}

}  // namespace kbx::kernel
