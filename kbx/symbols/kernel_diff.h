#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/symbols/kernel_symbols.h"
#include "kbx/symbols/module_facts.h"

namespace kbx::symbols {

/// How an export changed to a module's disadvantage, or so that it has to be built again.
enum class ChangeKind {
  gone,         // no longer exported
  crc,          // another CRC
  gpl_only,     // for GPL-compatible modules only, which it was not
  name_space,   // in another namespace, or in one at all
  other_owner,  // exported by another module, or no longer by the image
};

/// The kind's name in JSON: "gone", "crc", "gpl-only", "namespace", "owner".
std::string_view kind_name(ChangeKind kind);

struct SymbolChange {
  ChangeKind kind = ChangeKind::gone;
  std::string symbol;
  std::string before;  // CRC, licence, namespace or owner, as the kind has it; may be empty
  std::string after;

  bool operator==(const SymbolChange&) const = default;
};

/// What a module meets when it moves from one kernel to another.
struct KernelDiff {
  std::string before;  // names of the kernels
  std::string after;
  std::string vermagic_before;  // without the release; empty if alike or not known
  std::string vermagic_after;
  std::vector<SymbolChange> changes;  // by kind, then by symbol
  bool has_crc_evidence = false;      // both kernels' lists have CRCs

  bool is_same() const { return changes.empty() && vermagic_before == vermagic_after; }
};

/// Compares what two kernels offer.
KernelDiff compare_kernels(const KernelSymbols& before, const KernelSymbols& after);

/// The part of it that concerns `module`: the symbols that it uses.
KernelDiff diff_for_module(const KernelDiff& diff, const ModuleFacts& module);

}  // namespace kbx::symbols
