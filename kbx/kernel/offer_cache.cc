// What a header tree says of its kernel, besides the symbols, is read out of a configuration of
// thousands of lines and out of headers with conditions. A build asks for it each time, so it is
// kept, in a file per tree and kbx: the files that it hangs on with their stamps, then the values.
#include "kbx/kernel/offer_cache.h"

#include "kbx/base/error.h"
#include "kbx/base/hash.h"
#include "kbx/base/pack.h"
#include "kbx/base/path.h"

namespace kbx::kernel {
namespace {

constexpr std::string_view format = "kbx offer 1";

std::string file_of(const Tree& tree, const std::string& cache) {
  // Another kbx may judge otherwise.
  const FileStamp own = stamp_of("/proc/self/exe").value_or(FileStamp());
  PackWriter question;
  for (const std::string* text : {&tree.objtree, &tree.srctree, &tree.arch}) question.text(*text);
  question.number(static_cast<std::uint64_t>(own.modified_ns));
  question.number(own.size);
  return join_path(cache, "offer-" + content_hash(question.content()));
}

/// The options that are true or false, in the order in which they are kept.
template <typename Options, typename Visit>
void each_flag(Options& options, const Visit& visit) {
  for (auto* flag : {&options.modversions, &options.force_load, &options.signatures,
                     &options.signatures_forced, &options.missing_imports_loaded,
                     &options.strict_rwx, &options.trimmed, &options.reads_extended_versions})
    visit(*flag);
}

}  // namespace

bool recall_offer(symbols::KernelSymbols& kernel, const Tree& tree, const std::string& cache) {
  const auto text = read_file_if_present(file_of(tree, cache));
  if (!text) return false;
  PackReader pack(unsealed(format, *text));
  for (std::uint64_t left = pack.count(); left > 0; --left) {
    const std::string path(pack.text());
    const auto stamp = pack.stamp();
    if (!pack.is_whole() || stamp_of(path) != stamp) return false;
  }
  symbols::KernelSymbols known;
  if (pack.number() != 0) {
    known.machine.emplace();
    known.machine->number = static_cast<std::uint16_t>(pack.number());
    known.machine->is_64bit = pack.number() != 0;
    known.machine->is_big_endian = pack.number() != 0;
  }
  each_flag(known.options, [&](std::optional<bool>& flag) {
    const bool is_known = pack.number() != 0;
    const bool value = pack.number() != 0;
    if (is_known) flag = value;
  });
  known.options.decompresses = pack.optional_text();
  known.vermagic = pack.optional_text();
  if (!pack.is_at_end()) return false;
  kernel.machine = known.machine;
  kernel.options = known.options;
  kernel.vermagic = known.vermagic;
  return true;
}

void remember_offer(const symbols::KernelSymbols& kernel, const Tree& tree,
                    const std::string& cache, const FilesRead& files) {
  PackWriter pack;
  pack.number(files.size());
  for (const auto& [path, stamp] : files) {
    pack.text(path);
    pack.stamp(stamp);
  }
  pack.number(kernel.machine.has_value());
  if (kernel.machine) {
    pack.number(kernel.machine->number);
    pack.number(kernel.machine->is_64bit);
    pack.number(kernel.machine->is_big_endian);
  }
  each_flag(kernel.options, [&](const std::optional<bool>& flag) {
    pack.number(flag.has_value());
    pack.number(flag.value_or(false));
  });
  pack.optional_text(kernel.options.decompresses);
  pack.optional_text(kernel.vermagic);
  try {
    write_file_atomically(file_of(tree, cache), sealed(format, pack.content()));
  } catch (const Error&) {
  }
}

}  // namespace kbx::kernel
