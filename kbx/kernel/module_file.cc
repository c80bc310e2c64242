#include "kbx/kernel/module_file.h"

#include <memory>
#include <optional>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/kernel/libarchive.h"

namespace kbx::kernel {
namespace {

constexpr size_t largest_module = size_t{1} << 30;

/// The content of a file that is compressed as a whole, which libarchive sees as an archive of one
/// nameless entry.
std::string unpacked(std::string_view packed, const std::string& path) {
  const LibArchive& library = libarchive();
  const std::unique_ptr<archive, decltype(library.read_free)> reader(library.read_new(),
                                                                     library.read_free);
  const auto fail = [&](const std::string& why) {
    throw Error(Location{path, 0}, "this compressed module cannot be unpacked: " + why,
                "the file is damaged: install or build it again");
  };
  const auto fail_of_library = [&] {
    const char* const why = library.error_string(reader.get());
    fail(why ? why : "unknown reason");
  };
  library.read_support_filter_gzip(reader.get());
  library.read_support_filter_xz(reader.get());
  library.read_support_filter_zstd(reader.get());
  library.read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (library.read_open_memory(reader.get(), packed.data(), packed.size()) != ARCHIVE_OK ||
      library.read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    fail_of_library();
  std::string content;
  constexpr size_t step = size_t{1} << 18;
  while (true) {
    const size_t used = content.size();
    if (used > largest_module) fail("it holds more than 1 GiB");
    content.resize(used + step);
    const la_ssize_t got = library.read_data(reader.get(), content.data() + used, step);
    content.resize(used + static_cast<size_t>(got < 0 ? 0 : got));
    if (got < 0) fail_of_library();
    if (got == 0) return content;
  }
}

}  // namespace

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

}  // namespace kbx::kernel
