#include "kbx/link/relocate/copies.h"

#include <algorithm>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/dynamic/preemption.h"

/// Copy relocations, as GNU ld 2.40 chooses them for x86, whose dynamic linker can write distances
/// as well as addresses: data is copied only if something that is not writable refers to it by its
/// address. Otherwise, with -z nocopyreloc, and where the shared object goes by its own address of
/// the data (a protected symbol), the relocations are left to the dynamic linker; what it cannot
/// do is refused.
namespace kbx::link {
namespace {

constexpr std::string_view words_for(unsigned visibility) {
  switch (visibility) {
    case STV_HIDDEN:
      return "hidden symbol ";
    case STV_INTERNAL:
      return "internal symbol ";
    case STV_PROTECTED:
      return "protected symbol ";
    default:
      return "symbol ";
  }
}

/// Names of one place are copied together.
Symbol& leader(Symbol& symbol) {
  return symbol.strong ? *symbol.strong : symbol;
}

bool is_code(const Symbol& symbol) {
  return symbol.section && (symbol.section->traits & trait_code);
}

/// What is known of the uses of one place.
struct Uses {
  bool is_fixed = false;     // an address that is known at link time is wanted
  bool is_readonly = false;  // from a place that is not writable
  bool is_needed = false;    // there is no other way
};

bool may_copy(const Symbol& symbol, const Uses& uses, const Options& options) {
  const bool is_bound_there = symbol.is_protected_there && !is_code(symbol);
  if (uses.is_needed) return true;
  return uses.is_fixed && uses.is_readonly && options.copy_relocations && !is_bound_there;
}

/// A relocation that the dynamic linker is to do, as nothing is copied.
void check_left(const LeftRelocation& left, const FinalKind& kind) {
  const Symbol& symbol = *left.referent.global;
  const InputSection& section = *left.section;
  const bool is_readonly = (section.traits & trait_readonly) != 0;
  if (symbol.is_protected_there && is_readonly)
    throw Error(Location{section.file->path, 0},
                fmt::format("copy relocation against non-copyable protected symbol `{}' in {}",
                            symbol.name, symbol.file->path),
                "compile it with -fPIC");
  const Rule& rule = *kind.machine.rule(left.type);
  const bool is_distance = rule.against == Against::place && rule.size < 8;
  const bool is_impossible = is_distance && is_readonly && kind.machine.checks_overflow &&
                             !kind.is_position_independent && !is_code(symbol);
  if (rule.is_static || is_impossible)
    refuse_relocation(kind, section, left.type, left.offset, left.referent);
}

/// True if the relocation writes a distance or a part of an address.
bool is_placed(const LeftRelocation& left, const FinalKind& kind) {
  const Rule& rule = *kind.machine.rule(left.type);
  return !rule.is_word && rule.origin == Origin::symbol;
}

/// What has no type and is called after all is a function.
void settle_functions(ScanResult& scan, const FinalKind& kind) {
  for (const LeftRelocation& left : scan.left) {
    if (left.kind != LeftRelocation::Kind::symbolic || !is_called(left.referent)) continue;
    Symbol& symbol = *left.referent.global;
    if (symbol.wants & want_copy)
      symbol.wants = static_cast<Wants>((symbol.wants & ~want_copy) | want_address);
  }
  std::erase_if(scan.left, [&](const LeftRelocation& left) {
    if (left.kind != LeftRelocation::Kind::symbolic || !is_called(left.referent)) return false;
    return has_own_address(kind, left.referent) ||
           (is_from_shared(*left.referent.global) && kind.machine.plt_is_relative &&
            is_placed(left, kind));
  });
}

}  // namespace

void settle_copies(ScanResult& scan, const FinalKind& kind) {
  if (!kind.machine.leaves_distances || kind.is_shared) return;
  settle_functions(scan, kind);
  std::unordered_map<const Symbol*, Uses> places;
  const auto is_import = [](const LeftRelocation& left) {
    return left.kind == LeftRelocation::Kind::symbolic && left.referent.global &&
           is_from_shared(*left.referent.global) && !is_called(left.referent);
  };
  for (const LeftRelocation& left : scan.left) {
    if (!is_import(left)) continue;
    Uses& uses = places[&leader(*left.referent.global)];
    uses.is_fixed = uses.is_fixed || (left.referent.global->wants & want_copy) != 0;
    uses.is_needed = uses.is_needed || (left.referent.global->wants & want_only_copy) != 0;
    uses.is_readonly = uses.is_readonly || (left.section->traits & trait_readonly) != 0;
  }
  std::erase_if(scan.left, [&](const LeftRelocation& left) {
    if (!is_import(left)) return false;
    Symbol& symbol = *left.referent.global;
    const Symbol& first = leader(symbol);
    if (may_copy(first, places.at(&first), kind.options)) {
      symbol.wants = static_cast<Wants>(symbol.wants | want_copy);
      if (!kind.is_position_independent) return true;
      // GNU ld takes nothing out for what has no size.
      return symbol.size != 0 && !kind.machine.rule(left.type)->is_word;
    }
    symbol.wants = static_cast<Wants>(symbol.wants & ~want_copy);
    check_left(left, kind);
    return false;
  });
}

void refuse_relocation(const FinalKind& kind, const InputSection& section, std::uint32_t type,
                       std::uint64_t offset, const Referent& referent) {
  const char* output = kind.is_shared                 ? "a shared object"
                       : kind.is_position_independent ? "a PIE object"
                                                      : "a PDE object";
  std::string_view what;
  std::string_view undefined;
  if (const Symbol* symbol = referent.global) {
    const unsigned visibility = symbol->other & 3u;
    what = words_for(visibility == STV_DEFAULT && symbol->is_protected_there ? STV_PROTECTED
                                                                             : visibility);
    if (!is_defined(symbol->binding) && symbol->binding != Binding::common)
      undefined = "undefined ";
  }
  const char* option = kind.is_shared ? "-fPIC" : "-fPIE";
  throw Error(
      Location{section.file->path, 0},
      fmt::format("relocation {} against {}{}`{}' can not be used when making {}; "
                  "recompile with {}",
                  kind.machine.type_name(type), undefined, what, referent.name(), output, option),
      fmt::format("it is at {}+{:#x}", section.name, offset));
}

}  // namespace kbx::link
