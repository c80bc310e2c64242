#include "kbx/symbols/export_table.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "kbx/base/similar.h"
#include "kbx/symbols/module_object.h"

/// Who exports what. Newer trees write Module.symvers module by module; older ones in the order of
/// their hash table: 1,024 chains, the newest symbol of each first, with the hash of TDB
/// (ultimately gdbm's). So that hash is computed here, though only to sort.
namespace kbx::symbols {
namespace {

std::uint32_t tdb_hash(std::string_view name) {
  std::uint32_t value = 0x238F13AFU * static_cast<std::uint32_t>(name.size());
  for (std::uint32_t i = 0; i < name.size(); ++i)
    value += static_cast<std::uint32_t>(static_cast<unsigned char>(name[i])) << (i * 5 % 24);
  return 1103515243U * value + 12345U;
}

/// The chain of the older trees' hash table that a name falls into.
std::uint32_t chain_of(std::string_view name) {
  constexpr std::uint32_t chains = 1024;
  return tdb_hash(name) % chains;
}

bool is_known_license(std::string_view license) {
  return license == plain_export || license == gpl_export;
}

std::string unknown_license_message(const SymversRow& row) {
  return fmt::format(
      "{} has the unknown licence \"{}\"\n  {} or {} was expected: the row may be "
      "damaged, or of another kernel",
      shown_value(row.symbol), shown_value(row.license), plain_export, gpl_export);
}

}  // namespace

std::string clash_message(std::string_view symbol, std::string_view module,
                          const Provider& previous) {
  return fmt::format("{}: '{}' exported twice. Previous export was in {}{}", module, symbol,
                     previous.name, previous.is_vmlinux ? "" : ".ko");
}

const Provider& ExportTable::add_provider(std::string_view name, bool is_listed) {
  return providers_.emplace_back(Provider{std::string(name), name == "vmlinux", is_listed});
}

void ExportTable::read(std::string_view text, const std::string& path,
                       std::vector<std::string>& errors, std::vector<std::string>& warnings) {
  std::unordered_map<std::string_view, const Provider*> known;
  if (!dialect_.modules_by_file)
    for (const Provider& provider : providers_) known.emplace(provider.name, &provider);
  const Provider* last = nullptr;
  // A file that holds everything twice would be told row by row.
  size_t faults = 0;
  const auto tell = [&](std::vector<std::string>& to, int line, const std::string& what) {
    if (++faults <= most_symvers_faults) to.push_back(fmt::format("{}:{}: {}", path, line, what));
  };
  std::vector<std::string>& clashes = dialect_.crcs_in_cmd_files ? errors : warnings;
  read_symvers(text, path, [&](const SymversRow& row) {
    if (dialect_.crcs_in_cmd_files && !is_known_license(row.license)) {
      tell(errors, row.line, unknown_license_message(row));
      return;
    }
    if (!last || last->name != row.module) {
      const Provider*& slot = known[row.module];
      if (!slot) slot = &add_provider(row.module, true);
      last = slot;
    }
    const Provider* clash = nullptr;
    ExportedSymbol& symbol = add(row.symbol, *last, row.license, clash);
    if (clash) tell(clashes, row.line, clash_message(row.symbol, row.module, *clash));
    symbol.crc = row.crc;
    symbol.has_crc = true;
    symbol.name_space = row.name_space;
  });
  if (faults > most_symvers_faults)
    clashes.push_back(fmt::format("{}: {} more rows like these are not shown", path,
                                  faults - most_symvers_faults));
}

ExportTable::Slot& ExportTable::slot_of(std::string_view name) {
  const std::size_t whole = std::hash<std::string_view>{}(name);
  const auto hash = static_cast<std::uint32_t>(whole >> 32U);
  const std::size_t mask = newest_.size() - 1;
  for (std::size_t at = whole & mask;; at = (at + 1) & mask) {
    Slot& slot = newest_[at];
    if (slot.number == 0) slot.hash = hash;
    if (slot.number == 0 || (slot.hash == hash && symbols_[slot.number - 1].name == name))
      return slot;
  }
}

void ExportTable::reserve(std::size_t symbols) {
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(symbols, 32) * 2);
  if (slots <= newest_.size()) return;
  const std::vector<Slot> before = std::exchange(newest_, std::vector<Slot>(slots));
  for (const Slot& slot : before)
    if (slot.number != 0) slot_of(symbols_[slot.number - 1].name).number = slot.number;
}

ExportedSymbol& ExportTable::add(std::string_view name, const Provider& provider,
                                 std::string_view license, const Provider*& clash) {
  if ((symbols_.size() + 1) * 2 > newest_.size()) reserve(symbols_.size() + 1);
  Slot& slot = slot_of(name);
  if (slot.number != 0) {
    ExportedSymbol* const newest = &symbols_[slot.number - 1];
    const Provider* const previous = newest->provider;
    if (!external_ || previous->is_vmlinux || previous == &provider) clash = previous;
    if (!dialect_.crcs_in_cmd_files) {
      // The old entry stays in its place, and keeps its provider if there is a clash.
      if (!clash) {
        newest->provider = &provider;
        newest->license = license;
      }
      return *newest;
    }
  }
  ExportedSymbol& symbol = symbols_.emplace_back();
  slot.number = static_cast<std::uint32_t>(symbols_.size());
  symbol.name = name;
  symbol.provider = &provider;
  symbol.license = license;
  return symbol;
}

ExportedSymbol* ExportTable::find(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  if (newest_.empty()) return nullptr;
  const Slot& slot = slot_of(name);
  return slot.number == 0 ? nullptr : &symbols_[slot.number - 1];
}

const ExportedSymbol* ExportTable::find_similar(std::string_view name) const {
  constexpr size_t shortest = 4;  // below, everything is similar
  constexpr size_t long_name = 8;
  if (name.size() < shortest) return nullptr;
  size_t most = name.size() < long_name ? 1 : 2;
  const ExportedSymbol* best = nullptr;
  for (const ExportedSymbol& symbol : symbols_) {
    if (symbol.name == name) continue;
    const auto distance = edit_distance(name, symbol.name, most);
    if (!distance || (best && *distance == most && symbol.name >= best->name)) continue;
    best = &symbol;
    most = *distance;
  }
  return best;
}

std::vector<const ExportedSymbol*> ExportTable::in_file_order() const {
  std::vector<const ExportedSymbol*> own;
  for (const ExportedSymbol& symbol : symbols_)
    if (!symbol.provider->is_listed) own.push_back(&symbol);
  if (dialect_.crcs_in_cmd_files) return own;

  std::reverse(own.begin(), own.end());
  std::stable_sort(own.begin(), own.end(), [](const auto* a, const auto* b) {
    return chain_of(a->name) < chain_of(b->name);
  });
  return own;
}

}  // namespace kbx::symbols
