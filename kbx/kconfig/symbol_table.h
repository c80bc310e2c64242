#pragma once
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Finds symbols by their names. Hashes lie beside the pointers, so that no symbol is touched that
/// has another name: a large tree asks a quarter of a million times.
class SymbolTable {
 public:
  /// The symbol of that name; if there is none, what `make` gives is put in.
  template <typename Make>
  Symbol* find_or_make(std::string_view name, const Make& make) {
    if (entries_.size() < used_ * 2 + 2) grow();
    const std::size_t hash = std::hash<std::string_view>()(name);
    const std::size_t mask = entries_.size() - 1;
    std::size_t at = hash & mask;
    for (; entries_[at].symbol; at = (at + 1) & mask)
      if (entries_[at].hash == hash && entries_[at].symbol->name == name)
        return entries_[at].symbol;
    ++used_;
    entries_[at] = {make(), hash};
    return entries_[at].symbol;
  }

 private:
  struct Entry {
    Symbol* symbol = nullptr;
    std::size_t hash = 0;
  };

  void grow() {
    constexpr std::size_t first_size = 1024;  // a power of two
    std::vector<Entry> larger(entries_.empty() ? first_size : entries_.size() * 4);
    const std::size_t mask = larger.size() - 1;
    for (const Entry& entry : entries_) {
      if (!entry.symbol) continue;
      std::size_t at = entry.hash & mask;
      while (larger[at].symbol) at = (at + 1) & mask;
      larger[at] = entry;
    }
    entries_ = std::move(larger);
  }

  std::vector<Entry> entries_;
  std::size_t used_ = 0;
};

}  // namespace kbx::kconfig
