#include "kbx/link/resolve/symbol_remarks.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/resolve/commons.h"

namespace kbx::link {
SymbolRemarks::SymbolRemarks(const Options& options, const Say& say)
    : options_(options), say_(say), traced_(options.traced.begin(), options.traced.end()) {}

void SymbolRemarks::trace(const InputFile& file, std::string_view name, bool is_undefined) const {
  if (traced_.count(name) != 0)
    say_(fmt::format("{}: {}: {} {}", options_.program, file.path,
                     is_undefined ? "reference to" : "definition of", name));
}

void SymbolRemarks::warn_size(const InputFile& file, const InputSymbol& symbol,
                              const Symbol& global) const {
  if (symbol.size != 0 && global.size != 0 && symbol.size != global.size)
    say_(fmt::format("{}: warning: size of symbol `{}' changed from {} to {} in {}",
                     options_.program, symbol.name, global.size, symbol.size, file.path));
}

void SymbolRemarks::warn_type(const InputFile& file, const InputSymbol& symbol,
                              const Symbol& global) const {
  if (symbol.type != STT_NOTYPE && global.type != STT_NOTYPE && symbol.type != global.type &&
      symbol.binding != STB_WEAK)
    say_(fmt::format("{}: warning: type of symbol `{}' changed from {} to {} in {}",
                     options_.program, symbol.name, global.type, symbol.type, file.path));
}

void SymbolRemarks::check_alignment(const InputFile& file, const InputSymbol& symbol,
                                    const Symbol& before, const Symbol& global) const {
  if (!is_defined(global.binding) || global.is_from_script) return;
  const bool was_common = before.binding == Binding::common;
  unsigned power = 63;
  while (power > 0 && (global.value & ((std::uint64_t{1} << power) - 1)) != 0) --power;
  if (global.section) power = std::min<unsigned>(power, global.section->alignment_power);
  const unsigned wanted = was_common ? before.alignment_power : common_alignment_power(symbol);
  if (power >= wanted) return;
  const InputFile* definer = was_common ? &file : before.file;
  const InputFile* asker = was_common ? before.file : &file;
  if (!definer || !asker) return;
  say_(fmt::format("{}: warning: alignment {} of symbol `{}' in {} is smaller than {} in {}",
                   options_.program, std::uint64_t{1} << power, symbol.name, definer->path,
                   std::uint64_t{1} << wanted, asker->path));
}

void SymbolRemarks::warn_common(const InputFile& file, const InputSymbol& symbol,
                                const Symbol& before) const {
  const bool is_common = symbol.section == common_section;
  const bool was_common = before.binding == Binding::common;
  if (!before.file || !(was_common || (is_common && is_defined(before.binding)))) return;
  if (is_common && was_common && before.value == symbol.size) {
    say_(fmt::format("{}: {} and {}: warning: multiple common of `{}'", options_.program, file.path,
                     before.file->path, symbol.name));
    return;
  }
  const char* what = "common of `{}' overridden by definition";
  if (!is_common)
    what = "definition of `{}' overriding common";
  else if (was_common)
    what = before.value > symbol.size ? "common of `{}' overridden by larger common"
                                      : "common of `{}' overriding smaller common";
  say_(fmt::format("{}: {}: warning: {} from {}", options_.program, file.path,
                   fmt::format(fmt::runtime(what), symbol.name), before.file->path));
}

}  // namespace kbx::link
