#include "kbx/link/resolve/symbol_remarks.h"

#include <algorithm>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/input/relocation.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/resolve/commons.h"

namespace kbx::link {
namespace {

struct Use {
  const InputSection* section;
  std::uint64_t offset;
};

/// The first relocation of `file` that refers to a name which others define.
std::optional<Use> first_use(const InputFile& file, std::string_view name) {
  std::optional<Use> use;
  for (std::size_t i = file.first_global; i < file.symbols.size(); ++i) {
    if (file.symbols[i].name != name || file.symbols[i].section != SHN_UNDEF) continue;
    with_shape(file.is_64bit, file.is_big_endian, [&]<typename Shape>(Shape) {
      const bool is_mips64el = file.machine == EM_MIPS && Shape::is_64bit && !Shape::is_big_endian;
      for (const InputSection* section : file.sections) {
        const auto look = [&](std::size_t, const Relocation& relocation) {
          if (!use && relocation.symbol == i) use = Use{section, relocation.offset};
        };
        for_each_relocation<Shape, typename Shape::Rel>(section->rel.content, is_mips64el, look);
        for_each_relocation<Shape, typename Shape::Rela>(section->rela.content, is_mips64el, look);
      }
    });
  }
  return use;
}

}  // namespace

SymbolRemarks::SymbolRemarks(const Options& options, const Say& say)
    : options_(options), say_(say), traced_(options.traced.begin(), options.traced.end()) {}

void SymbolRemarks::trace(const InputFile& file, const InputSymbol& symbol,
                          bool is_undefined) const {
  if (traced_.count(symbol.name) != 0)
    say_(fmt::format("{}: {}: {} {}", options_.program, file.path,
                     is_undefined ? "reference to" : "definition of", symbol.name));
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

void SymbolRemarks::give_warnings(const std::vector<InputFile*>& files) const {
  constexpr std::string_view start = ".gnu.warning.";
  for (const InputFile* giver : files)
    for (const InputSection* section : giver->sections) {
      if (!section->name.starts_with(start)) continue;
      const std::string_view name = section->name.substr(start.size());
      const std::string_view text = section->content.substr(0, section->content.find('\0'));
      for (const InputFile* user : files) {
        const auto place = first_use(*user, name);
        if (place)
          say_(fmt::format("{}: {}:({}+{:#x}): warning: {}", options_.program, user->path,
                           place->section->name, place->offset, text));
      }
    }
}

}  // namespace kbx::link
