#include "kbx/kconfig/builder.h"

#include <string>

#include "kbx/base/text.h"

namespace kbx::kconfig {
namespace {

constexpr std::string_view constants[] = {"n", "m", "y"};

}  // namespace

std::string_view type_name(Type type) {
  constexpr std::string_view names[] = {"unknown", "bool", "tristate", "integer", "hex", "string"};
  return names[static_cast<std::size_t>(type)];
}

const Menu* next_entry(const Menu* menu, const Menu* top) {
  if (menu->children) return menu->children;
  while (menu != top && menu && !menu->next) menu = menu->parent;
  return menu == top || !menu ? nullptr : menu->next;
}

const Menu* choice_around(const Symbol& symbol) {
  const Menu* menu = nullptr;
  for (const Menu* definition : symbol.definitions)
    if (definition->prompt) {
      menu = definition;
      break;
    }
  if (!menu) return nullptr;
  do menu = menu->parent;
  while (menu && !menu->symbol);
  return menu && menu->symbol->is_choice ? menu : nullptr;
}

std::string shown_name(const Symbol& symbol) {
  return symbol.is_named() ? std::string(symbol.name) : "<choice>";
}

void warn_at(const Place& place, const std::string& text, const Console& console) {
  std::fprintf(console.err, "%s:%d:warning: %s\n", std::string(place.file).c_str(), place.line,
               text.c_str());
}

void set_type(Symbol& symbol, Type type, const Menu& entry, const Console& console) {
  if (symbol.type == type) return;
  if (symbol.type == Type::unknown) {
    symbol.type = type;
    return;
  }
  warn_at(entry.place,
          "ignoring type redefinition of '" + shown_name(symbol) + "' from '" +
              std::string(type_name(symbol.type)) + "' to '" + std::string(type_name(type)) + "'",
          console);
}

Builder::Builder(Model& model, const Console& console) : model_(model), console_(console) {
  for (const std::string_view name : constants) {
    Symbol* symbol = find_or_make(symbols_, name);
    symbol->type = Type::tristate;
    symbol->is_constant = true;
    constants_.find_or_make(name, [&](std::uint32_t) { return symbol; });
  }
  opened_ = entry_ = make_menu();
  link_ = &entry_->children;
}

Symbol* Builder::make_symbol(std::string_view name, std::uint32_t hash) {
  Symbol& symbol = model_.symbols.emplace_back();
  symbol.name = name;
  symbol.hash = hash;
  symbol.id = static_cast<std::uint32_t>(model_.symbols.size() - 1);
  return &symbol;
}

Symbol* Builder::find_or_make(SymbolTable& table, std::string_view name) {
  return table.find_or_make(name, [&](std::uint32_t hash) { return make_symbol(name, hash); });
}

Symbol* Builder::symbol(std::string_view name) {
  return find_or_make(symbols_, name);
}

Symbol* Builder::constant(std::string_view name) {
  Symbol* symbol = find_or_make(constants_, name);
  symbol->is_constant = true;
  return symbol;
}

Symbol* Builder::choice(std::string_view name) {
  Symbol* symbol = name.data() ? find_or_make(choices_, name) : make_symbol(name, 0);
  symbol->is_choice = true;
  return symbol;
}

Menu* Builder::make_menu() {
  Menu& menu = model_.menus.emplace_back();
  menu.id = static_cast<std::uint32_t>(model_.menus.size() - 1);
  return &menu;
}

Menu* Builder::add_entry(Symbol* symbol, const Place& place) {
  Menu* menu = make_menu();
  menu->symbol = symbol;
  menu->parent = opened_;
  menu->stated_in = opened_;
  menu->place = place;
  *link_ = menu;
  link_ = &menu->next;
  entry_ = menu;
  if (symbol) {
    symbol->definitions.push_back(model_.arena, menu);
    if (model_.dialect.choice_is_symbol)
      add_property(PropertyKind::definition, model_.expressions.symbol(symbol), nullptr, place);
  }
  return menu;
}

Menu* Builder::open() {
  link_ = &entry_->children;
  return opened_ = entry_;
}

void Builder::close() {
  link_ = &opened_->next;
  opened_ = opened_->parent;
}

void Builder::select_root() {
  entry_ = model_.root();
}

Property* Builder::add_property(PropertyKind kind, const Expression* value,
                                const Expression* condition, const Place& place) {
  Property& property = model_.properties.emplace_back();
  property.kind = kind;
  property.value = value;
  property.condition = condition;
  property.menu = entry_;
  property.place = place;
  property.id = static_cast<std::uint32_t>(model_.properties.size() - 1);
  if (Symbol* symbol = entry_->symbol) {
    (symbol->last_property ? symbol->last_property->next : symbol->properties) = &property;
    symbol->last_property = &property;
  }
  return &property;
}

void Builder::add_prompt(PropertyKind kind, std::string_view text, const Expression* condition,
                         const Place& place) {
  Property* property = add_property(kind, nullptr, condition, place);
  if (!text.empty() && is_space(text.front())) {
    warn_at(place, "leading whitespace ignored", console_);
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  }
  if (entry_->prompt) warn_at(place, "prompt redefined", console_);
  if (kind == PropertyKind::prompt)
    for (const Menu* menu = entry_->parent; menu; menu = menu->parent)
      if (menu->visibility)
        property->condition = model_.expressions.both(property->condition, menu->visibility);
  property->text = text;
  entry_->prompt = property;
}

void Builder::add_dependency(const Expression* condition, const Place& place) {
  entry_->stated.push_back(model_.arena, {condition, place});
  entry_->depends = model_.expressions.both(entry_->depends, condition);
}

void Builder::add_visibility(const Expression* condition) {
  entry_->visibility = model_.expressions.both(entry_->visibility, condition);
}

void Builder::set_type(Type type) {
  kconfig::set_type(*entry_->symbol, type, *entry_, console_);
}

void Builder::order_symbols() {
  // Chains of the table, the newest symbol of each in front.
  std::vector<std::uint32_t> slots(model_.symbols.size());
  std::vector<std::uint32_t> starts(model_.dialect.table_size + 1);
  for (const Symbol& symbol : model_.symbols) {
    slots[symbol.id] =
        static_cast<std::uint32_t>(symbol.is_named() ? symbol.hash % model_.dialect.table_size : 0);
    if (symbol.id >= std::size(constants)) ++starts[slots[symbol.id] + 1];
  }
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  model_.ordered.resize(model_.symbols.size() - std::size(constants));
  for (std::size_t id = model_.symbols.size(); id-- > std::size(constants);)
    model_.ordered[starts[slots[id]]++] = &model_.symbols[id];
}

}  // namespace kbx::kconfig
