#pragma once
#include <cstdint>
#include <string_view>

#include "kbx/base/number_table.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// FNV-1a of 32 bits over signed characters, as conf computes it.
constexpr std::uint32_t name_hash(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name)
    hash = (hash ^ static_cast<std::uint32_t>(static_cast<signed char>(c))) * 0x01000193U;
  return hash;
}

/// Finds symbols by their names. A large tree asks fifty thousand times.
class SymbolTable {
 public:
  explicit SymbolTable(Records<Symbol>& symbols) : symbols_(symbols) {}

  /// The symbol of that name; if there is none, what `make` gives for the hash of the name is put
  /// in.
  template <typename Make>
  Symbol* find_or_make(std::string_view name, const Make& make) {
    const std::uint32_t hash = name_hash(name);
    return &symbols_[numbers_.find_or_make(
        hash, [&](std::uint32_t id) { return symbols_[id].name == name; },
        [&] { return make(hash)->id; })];
  }

 private:
  Records<Symbol>& symbols_;
  NumberTable numbers_;
};

}  // namespace kbx::kconfig
