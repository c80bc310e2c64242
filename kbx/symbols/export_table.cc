#include "kbx/symbols/export_table.h"

#include <algorithm>
#include <bit>
#include <functional>
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
  Providers of_file;
  Providers& known = dialect_.modules_by_file ? of_file : known_;
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
    if (dialect_.crcs_in_cmd_files && !is_usual_license(row.license)) {
      tell(errors, row.line, unknown_license_message(row));
      return;
    }
    if (!last || last->name != row.module) last = listed_provider(known, row.module);
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

void ExportTable::read_on_demand(SymversIndex index) {
  index_.emplace(std::move(index));
}

const Provider* ExportTable::listed_provider(Providers& known, std::string_view module) {
  const Provider*& slot = known[module];
  if (!slot) slot = &add_provider(module, true);
  return slot;
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

ExportedSymbol& ExportTable::append(Slot& slot, std::string_view name, const Provider& provider,
                                    std::string_view license) {
  ExportedSymbol& symbol = symbols_.emplace_back();
  slot.number = static_cast<std::uint32_t>(symbols_.size());
  symbol.name = name;
  symbol.provider = &provider;
  symbol.license = license;
  return symbol;
}

void ExportTable::take_row(Slot& slot, const SymversRow& row) {
  ExportedSymbol& symbol =
      append(slot, row.symbol, *listed_provider(known_, row.module), row.license);
  symbol.crc = row.crc;
  symbol.has_crc = true;
  symbol.name_space = row.name_space;
}

void ExportTable::take_all_rows() {
  reserve(symbols_.size() + index_->rows() + 1);
  read_symvers(index_->text(), index_->path(), [this](const SymversRow& row) {
    if (Slot& slot = slot_of(row.symbol); slot.number == 0) take_row(slot, row);
  });
  has_all_rows_ = true;
}

ExportTable::Slot& ExportTable::known_slot_of(std::string_view name) {
  const auto has_room = [this] { return (symbols_.size() + 1) * 2 <= newest_.size(); };
  if (!has_room()) reserve(symbols_.size() + 1);
  Slot* slot = &slot_of(name);
  if (slot->number != 0 || !index_) return *slot;
  const auto row = index_->find(name);
  if (!row) return *slot;
  take_row(*slot, *row);
  if (!has_room()) {
    reserve(symbols_.size() + 1);
    slot = &slot_of(name);
  }
  return *slot;
}

ExportedSymbol& ExportTable::add(std::string_view name, const Provider& provider,
                                 std::string_view license, const Provider*& clash) {
  Slot& slot = known_slot_of(name);
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
  return append(slot, name, provider, license);
}

ExportedSymbol* ExportTable::find(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  const Slot& slot = known_slot_of(name);
  return slot.number == 0 ? nullptr : &symbols_[slot.number - 1];
}

const ExportedSymbol* ExportTable::find_similar(std::string_view name) {
  constexpr size_t shortest = 4;  // below, everything is similar
  constexpr size_t long_name = 8;
  if (name.size() < shortest) return nullptr;
  if (index_ && !has_all_rows_) take_all_rows();
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
