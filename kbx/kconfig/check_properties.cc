#include "kbx/kconfig/check_properties.h"

#include <string>

#include "kbx/kconfig/builder.h"
#include "kbx/kconfig/number.h"
#include "kbx/kconfig/simplify.h"

namespace kbx::kconfig {
namespace {

bool is_number(Type type) {
  return type == Type::integer || type == Type::hex;
}

/// True if `other` may stand where a value of `symbol` is wanted.
bool may_be_number(const Symbol& symbol, const Symbol& other) {
  return is_number(other.type) ||
         (other.type == Type::unknown && is_valid_text(symbol.type, other.name));
}

class Checker {
 public:
  Checker(const Menu& menu, const Model& model, const Console& console)
      : menu_(menu), symbol_(*menu.symbol), model_(model), console_(console) {}

  void run() const {
    if (symbol_.type == Type::unknown)
      warn_at(menu_.place, "config symbol defined without type", console_);
    if (model_.dialect.choice_is_symbol && symbol_.is_choice && !menu_.prompt)
      warn_at(menu_.place, "choice must have a prompt", console_);
    for (const Property* property = symbol_.properties; property; property = property->next)
      switch (property->kind) {
        case PropertyKind::default_value:
          check_default(*property);
          break;
        case PropertyKind::select:
        case PropertyKind::imply:
          check_selection(*property);
          break;
        case PropertyKind::range:
          check_range(*property);
          break;
        default:
          break;
      }
  }

 private:
  void warn(const Property& property, const std::string& text) const {
    warn_at(property.place, text, console_);
  }

  void check_default(const Property& property) const {
    const bool has_text = symbol_.type == Type::string || is_number(symbol_.type);
    const Symbol* value = property.value_symbol();
    const std::string name(symbol_.name);
    if (has_text && !value)
      warn(property, "default for config symbol '" + name + "' must be a single symbol");
    if (!value) return;
    if (is_number(symbol_.type) && !may_be_number(symbol_, *value))
      warn(property, "'" + name + "': number is invalid");
    if (!symbol_.is_choice) return;
    const Menu* around = model_.dialect.choice_is_symbol ? nullptr : choice_around(*value);
    const Symbol* choice =
        model_.dialect.choice_is_symbol ? value->choice : (around ? around->symbol : nullptr);
    if (choice != &symbol_)
      warn(property, "choice default symbol '" + std::string(value->name) +
                         "' is not contained in the choice");
  }

  void check_selection(const Property& property) const {
    const std::string use = property.kind == PropertyKind::select ? "select" : "imply";
    const Symbol* other = property.value_symbol();
    if (!is_logical(symbol_.type))
      warn(property, "config symbol '" + std::string(symbol_.name) + "' uses " + use +
                         ", but is not bool or tristate");
    else if (other->type != Type::unknown && !is_logical(other->type))
      warn(property, "'" + std::string(other->name) + "' has wrong type. '" + use +
                         "' only accept arguments of bool and tristate type");
  }

  void check_range(const Property& property) const {
    if (!is_number(symbol_.type)) warn(property, "range is only allowed for int or hex symbols");
    if (!may_be_number(symbol_, *property.value->first) ||
        !may_be_number(symbol_, *property.value->second))
      warn(property, "range is invalid");
  }

  const Menu& menu_;
  const Symbol& symbol_;
  const Model& model_;
  Console console_;
};

}  // namespace

void check_properties(const Menu& menu, const Model& model, const Console& console) {
  Checker(menu, model, console).run();
}

bool check_choice_members(const Menu& choice, const Model& model, const Console& console) {
  bool right = true;
  const auto refuse = [&](const Place& place, const char* text) {
    std::fprintf(console.err, "%s:%d: error: %s\n", std::string(place.file).c_str(), place.line,
                 text);
    right = false;
  };
  for (const Menu* menu = next_entry(&choice, &choice); menu; menu = next_entry(menu, &choice)) {
    if (!menu->symbol) continue;
    for (const Property* property = menu->symbol->properties; property; property = property->next) {
      if (property->kind == PropertyKind::default_value)
        refuse(property->place, "defaults for choice values not supported");
      if (property->menu == menu || property->kind != PropertyKind::prompt) continue;
      if (model.dialect.one_prompt_per_member)
        refuse(property->place, "choice value must not have a prompt in another entry");
      else if (property->menu->parent != menu->parent)
        refuse(property->place, "choice value has a prompt outside its choice group");
    }
  }
  return right;
}

bool check_transitional(const Menu& menu, const Model& model, const Console& console) {
  if (!menu.symbol || !menu.symbol->is_transitional) return true;
  const bool is_free = is_yes(menu.depends, model) && is_yes(menu.visibility, model);
  if (is_free && !menu.symbol->properties) return true;
  const Place place = is_free ? menu.symbol->properties->place : menu.place;
  std::fprintf(console.err, "%s:%d: error: transitional symbols can only have help sections\n",
               std::string(place.file).c_str(), place.line);
  return false;
}

}  // namespace kbx::kconfig
