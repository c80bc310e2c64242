#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

SymbolTable::SymbolTable(Arena& arena) : arena_(arena) {}

Symbol* SymbolTable::find(std::string_view name) const {
  Symbol* const symbol = names_.find(name, name_hash(name));
  return symbol && symbol->binding == Binding::indirect ? symbol->target : symbol;
}

Symbol* SymbolTable::add(std::string_view name, std::uint64_t hash) {
  if (Symbol* const known = names_.find(name, hash)) return known;
  auto* symbol = arena_.make<Symbol>();
  symbol->name = name;
  symbol->hash = hash;
  names_.insert(*symbol);
  return symbol;
}

}  // namespace kbx::link
