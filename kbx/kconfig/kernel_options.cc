// A kernel's options below those of a driver.
//
// The kernel is built, so its options are what they are; its Kconfig files, of which header
// packages have some or none, are not read. auto.conf has the name and value of all that is set.
// Names that a driver's files mention are looked up there. A tristate is right for every y and m:
// in expressions it cannot be told from a bool.
//
// A word is a name of an option or a text, and only its use tells: "default ab" below a hex option
// is a number. Numbers, and what stands as the default or the limit of an option with a text, are
// left alone.

#include "kbx/kconfig/kernel_options.h"

#include <algorithm>
#include <set>

#include "kbx/base/text.h"

namespace kbx::kconfig {
namespace {

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with("0x") || text.starts_with("0X")) return true;
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// Symbols that stand for a text of their own.
std::set<const Symbol*> texts_of(const Model& model) {
  std::set<const Symbol*> texts;
  for (const Property& property : model.properties) {
    const Symbol* owner = property.menu ? property.menu->symbol : nullptr;
    if (!owner || !property.value) continue;
    if (property.kind == PropertyKind::range) {
      texts.insert(property.value->first);
      texts.insert(property.value->second);
    } else if (property.kind == PropertyKind::default_value && !is_logical(owner->type)) {
      texts.insert(property.value_symbol());
    }
  }
  return texts;
}

Type type_of_value(std::string_view value) {
  if (value == "y" || value == "m" || value == "n") return Type::tristate;
  if (value.starts_with("0x") || value.starts_with("0X")) return Type::hex;
  return is_number(value) ? Type::integer : Type::string;
}

void fix(Model& model, Symbol& symbol, std::string_view value) {
  symbol.is_fixed = true;
  symbol.fixed_value = model.arena.copy(value);
  symbol.type = type_of_value(value);
}

bool has_default(const Symbol& symbol) {
  for (const Property* property = symbol.properties; property; property = property->next)
    if (property->kind == PropertyKind::default_value) return true;
  return false;
}

/// The kernel's value, if it is more than n, becomes the default of an option that has none.
void suggest(Model& model, Symbol& symbol, std::string_view value, const std::string& file) {
  if (!is_logical(symbol.type) || (value != "y" && value != "m") || has_default(symbol)) return;
  Property& property = model.properties.emplace_back();
  property.kind = PropertyKind::default_value;
  property.value =
      model.expressions.symbol(symbol.type == Type::tristate ? model.mod() : model.yes());
  property.menu = symbol.definitions.front();
  property.place = {model.arena.copy(file), 0};
  property.id = static_cast<std::uint32_t>(model.properties.size() - 1);
  (symbol.last_property ? symbol.last_property->next : symbol.properties) = &property;
  symbol.last_property = &property;
}

Symbol& modules_symbol(Model& model) {
  for (Symbol& symbol : model.symbols)
    if (!symbol.is_constant && symbol.name == "MODULES") return symbol;
  Symbol& symbol = model.symbols.emplace_back();
  symbol.name = "MODULES";
  symbol.id = static_cast<std::uint32_t>(model.symbols.size() - 1);
  return symbol;
}

}  // namespace

const std::string* KernelOptions::find(std::string_view option) const {
  const auto found = values.find("CONFIG_" + std::string(option));
  return found == values.end() ? nullptr : &found->second;
}

void add_kernel_options(Model& model, const KernelOptions& kernel) {
  const std::set<const Symbol*> texts = texts_of(model);
  for (Symbol& symbol : model.symbols) {
    if (symbol.is_constant || symbol.is_choice || !symbol.is_named()) continue;
    const std::string* value = kernel.find(symbol.name);
    if (!symbol.definitions.empty()) {
      if (value) suggest(model, symbol, *value, kernel.file);
      continue;
    }
    if (value)
      fix(model, symbol, *value);
    else if (!is_number(symbol.name) && !texts.contains(&symbol))
      fix(model, symbol, "n");
  }
  Symbol& modules = modules_symbol(model);
  const std::string* value = kernel.find("MODULES");
  if (modules.definitions.empty()) fix(model, modules, value ? *value : "n");
  model.modules = &modules;
}

}  // namespace kbx::kconfig
