#pragma once
#include <string_view>

#include "kbx/kconfig/console.h"
#include "kbx/kconfig/model.h"
#include "kbx/kconfig/symbol_table.h"

namespace kbx::kconfig {

/// Puts entries and their properties into a model, in the order in which they are met.
class Builder {
 public:
  Builder(Model& model, const Console& console);

  /// The symbol of a name; made if it is new. y, m and n are constants always.
  Symbol* symbol(std::string_view name);
  Symbol* constant(std::string_view name);
  /// The choice of that name; without a name (no data()) a new one.
  Symbol* choice(std::string_view name);

  /// A new entry behind the last one; it becomes the entry of the moment.
  Menu* add_entry(Symbol* symbol, const Place& place);
  /// What follows lies inside the entry of the moment, until close().
  Menu* open();
  void close();

  Property* add_property(PropertyKind kind, const Expression* value, const Expression* condition,
                         const Place& place);
  void add_prompt(PropertyKind kind, std::string_view text, const Expression* condition,
                  const Place& place);
  void add_dependency(const Expression* condition, const Place& place);
  void add_visibility(const Expression* condition);
  void set_type(Type type);

  Menu* entry() const { return entry_; }
  /// The entry of the moment is the root again, for its prompt.
  void select_root();
  /// The innermost entry that is open.
  Menu* opened() const { return opened_; }

  /// Sets Model::ordered.
  void order_symbols();

 private:
  Symbol* find_or_make(SymbolTable& table, std::string_view name);
  Symbol* make_symbol(std::string_view name, std::uint32_t hash);
  Menu* make_menu();

  Model& model_;
  Console console_;
  SymbolTable symbols_{model_.symbols};
  SymbolTable constants_{model_.symbols};
  SymbolTable choices_{model_.symbols};
  Menu* entry_ = nullptr;
  Menu* opened_ = nullptr;
  Menu** link_ = nullptr;  // where the next entry goes
};

/// Gives `symbol` its type; tells if it has another one already.
void set_type(Symbol& symbol, Type type, const Menu& entry, const Console& console);

/// "FILE:LINE:warning: TEXT".
void warn_at(const Place& place, const std::string& text, const Console& console);

/// "<choice>" for a choice without a name.
std::string shown_name(const Symbol& symbol);

}  // namespace kbx::kconfig
