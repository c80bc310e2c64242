// From what files say to what it means.
//
// One walk from the root: an entry's conditions are complete before its children are looked at, so
// each child takes over what its parent has. On the way back the children of "if" blocks and of
// entries without a prompt move up beside them, and entries that follow a symbol and depend on it
// have become its children. Writers and questions follow the tree that is left.

#include "kbx/kconfig/finalize.h"

#include <string>

#include "kbx/kconfig/builder.h"
#include "kbx/kconfig/check_properties.h"
#include "kbx/kconfig/simplify.h"

namespace kbx::kconfig {
namespace {

class Finalizer {
 public:
  Finalizer(Model& model, const Console& console)
      : model_(model), console_(console), simplifier_(model, console) {}

  void run(Menu* parent, bool inside_choice) {
    Symbol* symbol = parent->symbol;
    const bool old_choice = model_.dialect.choice_is_symbol && symbol && symbol->is_choice;
    if (parent->children) {
      if (old_choice) set_choice_types(*parent);
      const Expression* inherited =
          old_choice ? model_.expressions.symbol(symbol) : parent->depends;
      for (Menu* menu = parent->children; menu; menu = menu->next) inherit(*menu, inherited);
      const bool is_choice = symbol && symbol->is_choice;
      for (Menu* menu = parent->children; menu; menu = menu->next)
        run(menu, is_choice && !model_.dialect.choice_is_symbol);
    } else if (symbol && !inside_choice) {
      take_followers(parent);
      symbol->depends = model_.expressions.either(symbol->depends, parent->depends);
    }
    for (Menu* menu = parent->children; menu; menu = menu->next) {
      if (old_choice && menu->symbol && !menu->symbol->choice) add_member(*parent, *menu);
      if (menu->children && (!menu->prompt || !menu->prompt->text.data())) dissolve(*menu, parent);
    }
    if (symbol && !symbol->is_warned) {
      check_properties(*parent, model_, console_);
      symbol->is_warned = true;
    }
    if (old_choice && !symbol->is_optional && parent->prompt) {
      // As if it were selected by m: a visible choice that is not optional cannot be n.
      Expressions& make = model_.expressions;
      symbol->selectors = make.either(
          symbol->selectors, make.both(parent->prompt->condition, make.symbol(model_.mod())));
    }
  }

 private:
  /// The type of a choice is that of its first member with one, and members without take it.
  void set_choice_types(Menu& choice) {
    if (choice.symbol->type == Type::unknown)
      for (Menu* menu = choice.children; menu; menu = menu->next)
        if (menu->symbol && menu->symbol->type != Type::unknown) {
          give_type(*choice.symbol, menu->symbol->type, choice);
          break;
        }
    for (Menu* menu = choice.children; menu; menu = menu->next)
      if (menu->symbol && menu->symbol->type == Type::unknown)
        give_type(*menu->symbol, choice.symbol->type, *menu);
  }

  void give_type(Symbol& symbol, Type type, const Menu& entry) {
    const Type before = symbol.type;
    set_type(symbol, type, entry, console_);
    if (symbol.type != before) simplifier_.forget();
  }

  const Expression* inherited_by(const Expression* own, const Expression* outer) {
    const Expression* condition = simplifier_.transform(simplifier_.with_modules(own));
    return simplifier_.without_repeats(model_.expressions.both(outer, condition));
  }

  void inherit(Menu& menu, const Expression* outer) {
    menu.depends = inherited_by(menu.depends, outer);
    Property* first = menu.symbol ? menu.symbol->properties : menu.prompt;
    for (Property* property = first; property; property = property->next) {
      if (property->menu != &menu) continue;
      property->condition = inherited_by(property->condition, menu.depends);
      if (property->kind == PropertyKind::select)
        reach(property->value_symbol()->selectors, menu, property->condition);
      else if (property->kind == PropertyKind::imply)
        reach(property->value_symbol()->implications, menu, property->condition);
    }
  }

  void reach(const Expression*& list, const Menu& menu, const Expression* condition) {
    Expressions& make = model_.expressions;
    list = make.either(list, make.both(make.symbol(menu.symbol), condition));
  }

  /// The entries behind a symbol that depend on it, without a gap, become its children.
  void take_followers(Menu* parent) {
    const Symbol* symbol = parent->symbol;
    const Expression* own = nullptr;
    Menu* last = nullptr;
    for (Menu* menu = parent->next; menu; menu = menu->next) {
      const Expression* condition = menu->prompt ? menu->prompt->condition : menu->depends;
      if (!contains_symbol(condition, symbol)) break;
      if (!needs_symbol(condition, symbol, model_)) {
        if (model_.dialect.negation_ends_menu && rejects_symbol(condition, symbol, model_)) break;
        if (!own) own = comparable(parent->prompt ? parent->prompt->condition : nullptr);
        const Expression* theirs = comparable(condition);
        const Expression* left = own;
        simplifier_.remove_common(theirs, left);
        if (!is_yes(left, model_)) break;
      }
      run(menu, false);
      menu->parent = parent;
      last = menu;
    }
    if (!last) return;
    parent->children = parent->next;
    parent->next = last->next;
    last->next = nullptr;
  }

  const Expression* comparable(const Expression* condition) {
    return simplifier_.without_repeats(simplifier_.transform(simplifier_.is_not_no(condition)));
  }

  void add_member(Menu& choice, Menu& menu) {
    Symbol* symbol = menu.symbol;
    symbol->choice = choice.symbol;
    warn_about_member(choice, menu);
    if (choice.symbol->type == Type::tristate && symbol->type != Type::tristate) {
      Expressions& make = model_.expressions;
      const Expression* is_y = make.compare(Operator::equal, choice.symbol, model_.yes());
      menu.depends = make.both(is_y, menu.depends);
      for (Property* property = symbol->properties; property; property = property->next)
        if (property->menu == &menu) property->condition = make.both(is_y, property->condition);
    }
    choice.symbol->members.push_back(model_.arena, symbol);
  }

  void warn_about_member(const Menu& choice, const Menu& menu) {
    if (!menu.prompt) warn_at(menu.place, "choice value must have a prompt", console_);
    for (Property* property = menu.symbol->properties; property; property = property->next) {
      if (property->kind == PropertyKind::default_value)
        warn_at(property->place, "defaults for choice values not supported", console_);
      if (property->menu != &menu && property->kind == PropertyKind::prompt &&
          property->menu->parent->symbol != choice.symbol)
        warn_at(property->place, "choice value used outside its choice group", console_);
    }
  }

  static void dissolve(Menu& menu, Menu* parent) {
    Menu* last = menu.children;
    for (;; last = last->next) {
      last->parent = parent;
      if (!last->next) break;
    }
    last->next = menu.next;
    menu.next = menu.children;
    menu.children = nullptr;
  }

  Model& model_;
  Console console_;
  Simplifier simplifier_;
};

}  // namespace

void finalize(Model& model, const Console& console) {
  Finalizer(model, console).run(model.root(), false);
}

}  // namespace kbx::kconfig
