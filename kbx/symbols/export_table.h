#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/symbols/dialect.h"
#include "kbx/symbols/symvers.h"
#include "kbx/symbols/symvers_index.h"

namespace kbx::symbols {

/// A module as a provider of symbols.
struct Provider {
  std::string name;  // its path without suffix
  bool is_vmlinux = false;
  bool is_listed = false;  // known from a Module.symvers file only
};

/// An exported symbol that modules may use.
struct ExportedSymbol {
  std::string_view name;
  const Provider* provider = nullptr;
  std::string_view license;
  std::string_view name_space;
  std::uint32_t crc = 0;
  bool has_crc = false;
  bool is_function = false;
  bool is_static = false;
  bool used = false;
};

/// Every exported symbol of one run, by name. Where a name is exported twice the later one counts,
/// and how the clash is told depends on the dialect. The names must outlive the table.
class ExportTable {
 public:
  /// `external`: modules outside the kernel's tree, which may hide one another's symbols.
  ExportTable(const Dialect& dialect, bool external) : dialect_(dialect), external_(external) {}

  const Provider& add_provider(std::string_view name, bool is_listed);
  void reserve(size_t symbols);
  /// Reads a Module.symvers file. Faults that do not end the run go to `errors` and `warnings`.
  void read(std::string_view text, const std::string& path, std::vector<std::string>& errors,
            std::vector<std::string>& warnings);
  /// The same for a file with an index, which has no faults: its rows come into the table when they
  /// are asked for. Only as the first of all.
  void read_on_demand(SymversIndex index);

  /// Adds an export of `provider` and gives the entry to complete. `clash` tells who exported it
  /// before, if that is a fault.
  ExportedSymbol& add(std::string_view name, const Provider& provider, std::string_view license,
                      const Provider*& clash);

  /// The symbol that a module gets by `name`, or null. 64-bit PowerPC's ".name" is "name".
  ExportedSymbol* find(std::string_view name);

  /// The symbol that `name` may have been meant to be: one or, of a long name, two characters away.
  /// Null if there is none.
  const ExportedSymbol* find_similar(std::string_view name);

  /// What the providers that are not just listed export, in the order Module.symvers has.
  std::vector<const ExportedSymbol*> in_file_order() const;

 private:
  /// A place of the hash table below, small, so that the table stays in the processor's cache.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;  // index into symbols_ plus 1; 0: free
  };

  using Providers = std::unordered_map<std::string_view, const Provider*>;

  /// The slot of that name, or the free one where it belongs.
  Slot& slot_of(std::string_view name);
  /// The same with room for one symbol more, and with the index asked.
  Slot& known_slot_of(std::string_view name);
  ExportedSymbol& append(Slot& slot, std::string_view name, const Provider& provider,
                         std::string_view license);
  void take_all_rows();
  void take_row(Slot& slot, const SymversRow& row);
  const Provider* listed_provider(Providers& known, std::string_view module);

  const Dialect& dialect_;
  bool external_;
  std::deque<Provider> providers_;
  std::deque<ExportedSymbol> symbols_;
  std::optional<SymversIndex> index_;
  bool has_all_rows_ = false;  // of the index
  Providers known_;  // where modules have no more than one entry: all; else those of the index
  /// The newest symbol of each name: open addressing, a power of two of slots, at most half of them
  /// taken. Every run puts some 30,000 names in and looks up a few.
  std::vector<Slot> newest_;
};

/// What to say of a symbol that is exported twice.
std::string clash_message(std::string_view symbol, std::string_view module,
                          const Provider& previous);

}  // namespace kbx::symbols
