#include "kbx/link/relocate/text_relocations.h"

#include <algorithm>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/layout/output_section.h"

namespace kbx::link {
namespace {

bool is_in_text(const LeftRelocation& left) {
  const InputSection& section = *left.section;
  return !section.is_discarded && section.output && (section.output->traits & trait_readonly) &&
         !(left.referent.section && left.referent.section->is_discarded);
}

void warn_of_first(const ScanResult& scan, const SymbolTable& symbols, const FinalKind& kind,
                   const Say& say) {
  std::unordered_map<const Symbol*, const InputSection*> last;
  for (const LeftRelocation& left : scan.left) {
    if (!is_in_text(left)) continue;
    if (left.referent.global) {
      last[left.referent.global] = left.section;
      continue;
    }
    if (kind.machine.leaves_distances)
      say(fmt::format("{}: {}: warning: relocation in read-only section `{}'", kind.options.program,
                      left.section->file->path, left.section->name));
    return;
  }
  bool is_told = last.empty();
  symbols.for_each([&](const Symbol& symbol) {
    const auto found = is_told ? last.end() : last.find(&symbol);
    if (found == last.end()) return;
    is_told = true;
    say(fmt::format("{}: {}: warning: relocation against `{}' in read-only section `{}'",
                    kind.options.program, found->second->file->path, symbol.name,
                    found->second->name));
  });
}

}  // namespace

void warn_text_relocations(const ScanResult& scan, const SymbolTable& symbols,
                           const FinalKind& kind, const Say& say) {
  const TextRelocations asked = kind.options.text_relocations;
  const bool is_silent =
      asked == TextRelocations::by_default && !kind.machine.warns_of_text_relocations;
  if (asked != TextRelocations::allowed && !is_silent) warn_of_first(scan, symbols, kind, say);
  const auto is_resolver = [](const LeftRelocation& left) {
    return left.kind == LeftRelocation::Kind::indirect;
  };
  if (std::ranges::any_of(scan.left, is_resolver))
    say(
        fmt::format("{}: warning: GNU indirect functions with DT_TEXTREL may result in a segfault "
                    "at runtime; recompile with {}",
                    kind.options.program, kind.is_shared ? "-fPIC" : "-fPIE"));
}

void judge_text_relocations(const FinalKind& kind, const Say& say) {
  const char* output = kind.is_shared                 ? "a shared object"
                       : kind.is_position_independent ? "a PIE"
                                                      : "a PDE";
  switch (kind.options.text_relocations) {
    case TextRelocations::allowed:
      return;
    case TextRelocations::error:
      throw Error("read-only segment has dynamic relocations",
                  kind.is_shared ? "compile with -fPIC, or link with -z notext"
                                 : "compile with -fPIE, or link with -z notext");
    case TextRelocations::by_default:
      if (!kind.machine.warns_of_text_relocations) return;
      [[fallthrough]];
    case TextRelocations::warn:
      say(fmt::format("{}: warning: creating DT_TEXTREL in {}", kind.options.program, output));
  }
}

}  // namespace kbx::link
