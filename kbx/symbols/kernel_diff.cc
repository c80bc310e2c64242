#include "kbx/symbols/kernel_diff.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "kbx/base/text.h"

namespace kbx::symbols {
namespace {

std::string flags_of(const KernelSymbols& kernel) {
  if (!kernel.vermagic) return {};
  const size_t space = kernel.vermagic->find(' ');
  return space == std::string::npos ? std::string()
                                    : std::string(trim(kernel.vermagic->substr(space)));
}

std::string owner_name(const KernelExport& entry) {
  return entry.is_in_image() ? entry.owner : module_name_of(entry.owner);
}

void compare_entry(const std::string& symbol, const KernelExport& before, const KernelExport& after,
                   std::vector<SymbolChange>& changes) {
  if (before.crc && after.crc && *before.crc != *after.crc)
    changes.push_back({ChangeKind::crc, symbol, fmt::format("0x{:08x}", *before.crc),
                       fmt::format("0x{:08x}", *after.crc)});
  if (before.license == ExportLicense::any && after.license == ExportLicense::gpl_only)
    changes.push_back({ChangeKind::gpl_only, symbol, "EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL"});
  // Leaving a namespace harms nobody.
  if (before.name_space && after.name_space && *before.name_space != *after.name_space &&
      !after.name_space->empty())
    changes.push_back({ChangeKind::name_space, symbol, *before.name_space, *after.name_space});
  if (owner_name(before) != owner_name(after))
    changes.push_back({ChangeKind::other_owner, symbol, owner_name(before), owner_name(after)});
}

}  // namespace

std::string_view kind_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::gone:
      return "gone";
    case ChangeKind::crc:
      return "crc";
    case ChangeKind::gpl_only:
      return "gpl-only";
    case ChangeKind::name_space:
      return "namespace";
    case ChangeKind::other_owner:
      return "owner";
  }
  return "gone";
}

KernelDiff compare_kernels(const KernelSymbols& before, const KernelSymbols& after) {
  KernelDiff diff;
  diff.before = before.name;
  diff.after = after.name;
  diff.has_crc_evidence = before.has_crcs() && after.has_crcs();
  const std::string flags_before = flags_of(before);
  const std::string flags_after = flags_of(after);
  if (before.vermagic && after.vermagic && flags_before != flags_after) {
    diff.vermagic_before = flags_before;
    diff.vermagic_after = flags_after;
  }
  const bool versions = after.has_crcs();
  for (const auto& [symbol, entry] : before.exports) {
    const KernelExport* const found = after.find(symbol);
    if (found) compare_entry(symbol, entry, *found, diff.changes);
    // Without CONFIG_MODVERSIONS there is none, and nobody asks for it.
    else if (after.complete && (symbol != "module_layout" || versions))
      diff.changes.push_back({ChangeKind::gone, symbol, owner_name(entry), ""});
  }
  // Zeros are no CRCs, so that they do not differ from any.
  if (!diff.has_crc_evidence)
    std::erase_if(diff.changes,
                  [](const SymbolChange& change) { return change.kind == ChangeKind::crc; });
  std::sort(diff.changes.begin(), diff.changes.end(), [](const auto& a, const auto& b) {
    return std::tie(a.kind, a.symbol) < std::tie(b.kind, b.symbol);
  });
  return diff;
}

KernelDiff diff_for_module(const KernelDiff& diff, const ModuleFacts& module) {
  std::set<std::string_view> used = {"module_layout"};
  for (const ModuleNeed& need : module.needs) used.insert(need.name);
  KernelDiff part = diff;
  std::erase_if(part.changes, [&](const SymbolChange& change) {
    const bool allowed = change.kind == ChangeKind::gpl_only && module.is_gpl_compatible();
    return allowed || !used.contains(change.symbol);
  });
  return part;
}

}  // namespace kbx::symbols
