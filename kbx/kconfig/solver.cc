// Values of symbols.
//
// A symbol has a value that the user gave, if its prompt is visible, or else one that follows from
// its defaults; from below it is held up by what selects it. Everything else is asked for on the
// way, so a value is computed when someone wants it, and kept. A symbol that is asked for while it
// is being computed answers with its empty value; that happens only where conf, too, goes in
// circles. Both sides of && and || are always looked at, since values that are computed may tell of
// unmet dependencies, and the order of these messages is part of what conf prints.

#include "kbx/kconfig/solver.h"

#include "kbx/kconfig/expression_text.h"
#include "kbx/kconfig/number.h"

namespace kbx::kconfig {
namespace {

/// A text that is there, and empty: without data() a symbol would count as not computed.
constexpr char no_characters[] = "";

Tristate inverse(Tristate value) {
  return static_cast<Tristate>(2 - static_cast<int>(value));
}

Tristate truth(bool value) {
  return value ? Tristate::yes : Tristate::no;
}

}  // namespace

Solver::Solver(const Model& model, const Console& console)
    : model_(model),
      console_(console),
      states_(model.symbols.size()),
      property_values_(model.properties.size()) {
  constexpr Tristate constants[] = {Tristate::no, Tristate::mod, Tristate::yes};
  for (const Tristate value : constants) {
    SymbolState& state = states_[static_cast<std::size_t>(value)];
    state.is_valid = true;
    state.tristate = value;
    state.text = model.symbols[static_cast<std::size_t>(value)].name;
  }
  if (model.dialect.choice_is_symbol) return;
  expression_values_.resize(model.expressions.size());
  for (const Symbol& symbol : model.symbols)
    if (!symbol.members.empty())
      preferences_[symbol.id].assign(symbol.members.begin(), symbol.members.end());
}

GivenValue& Solver::given(const Symbol& symbol, Origin origin) {
  if (origin == Origin::user) return states_[symbol.id].user;
  if (automatic_.empty()) automatic_.resize(states_.size());
  return automatic_[symbol.id];
}

std::string_view Solver::keep(std::string_view text) {
  const std::string_view kept = arena_.copy(text);
  return kept.data() ? kept : std::string_view("");
}

Tristate Solver::evaluate(const Expression* expression) {
  if (!expression) return Tristate::yes;
  if (expression_values_.empty()) return compute_expression(*expression);
  const std::uint8_t known = expression_values_[expression->id];
  if (known != 0) return static_cast<Tristate>(known - 1);
  const Tristate result = compute_expression(*expression);
  expression_values_[expression->id] = static_cast<std::uint8_t>(1 + static_cast<int>(result));
  return result;
}

Tristate Solver::compute_expression(const Expression& expression) {
  switch (expression.operation) {
    case Operator::symbol:
      return value(*expression.first).tristate;
    case Operator::both: {
      const Tristate left = evaluate(expression.left);
      return both(left, evaluate(expression.right));
    }
    case Operator::either: {
      const Tristate left = evaluate(expression.left);
      return either(left, evaluate(expression.right));
    }
    case Operator::negation:
      return inverse(evaluate(expression.left));
    case Operator::range:
      return Tristate::no;
    default:
      return compare(expression);
  }
}

Tristate Solver::compare(const Expression& comparison) {
  const Symbol& first = *comparison.first;
  const Symbol& second = *comparison.second;
  value(first);
  value(second);
  const int order = compare_values(first.type, text_of(first), second.type, text_of(second));
  switch (comparison.operation) {
    case Operator::equal:
      return truth(order == 0);
    case Operator::unequal:
      return truth(order != 0);
    case Operator::less:
      return truth(order < 0);
    case Operator::less_equal:
      return truth(order <= 0);
    case Operator::greater:
      return truth(order > 0);
    default:
      return truth(order >= 0);
  }
}

std::string_view Solver::text_of(const Symbol& symbol) const {
  const SymbolState& state = states_[symbol.id];
  return is_logical(symbol.type) ? letter_of(state.tristate) : state.text;
}

Type Solver::effective_type(const Symbol& symbol) const {
  if (symbol.type != Type::tristate) return symbol.type;
  const bool chosen = symbol.choice && states_[symbol.id].visible == Tristate::yes;
  return chosen || modules_ == Tristate::no ? Type::boolean : Type::tristate;
}

bool Solver::is_changeable(const Symbol& symbol) const {
  if (symbol.is_choice && !model_.dialect.choice_is_symbol) return false;
  const SymbolState& state = states_[symbol.id];
  return state.visible > state.selected;
}

const Symbol* Solver::choice_of(const Symbol& symbol) const {
  if (model_.dialect.choice_is_symbol) return symbol.choice;
  const Menu* menu = choice_around(symbol);
  return menu ? menu->symbol : nullptr;
}

Tristate Solver::limit(const Symbol& symbol, const Expression* expression, Tristate without) {
  const Tristate result = expression ? evaluate(expression) : without;
  return result == Tristate::mod && effective_type(symbol) == Type::boolean ? Tristate::yes
                                                                            : result;
}

/// Visibility, and how far dependencies, selects and implications reach.
void Solver::compute_conditions(const Symbol& symbol) {
  SymbolState& state = states_[symbol.id];
  if (symbol.is_transitional) {
    state.visible = Tristate::yes;
    return;
  }
  Tristate visible = Tristate::no;
  for (const Property* property = symbol.properties; property; property = property->next) {
    if (!property->text.data()) continue;
    Tristate& seen = property_values_[property->id];
    seen = evaluate(property->condition);
    // A member that can only be m is out of reach while the choice is y.
    if (symbol.choice && symbol.type == Type::tristate && seen == Tristate::mod &&
        states_[symbol.choice->id].tristate == Tristate::yes)
      seen = Tristate::no;
    visible = either(visible, seen);
  }
  if (visible == Tristate::mod && (symbol.type != Type::tristate || modules_ == Tristate::no))
    visible = Tristate::yes;
  state.visible = visible;
  const bool is_member =
      model_.dialect.choice_is_symbol ? symbol.choice != nullptr : symbol.is_choice_member;
  if (is_member) return;
  state.depends = limit(symbol, symbol.depends, Tristate::yes);
  state.selected = limit(symbol, symbol.selectors, Tristate::no);
  state.implied = limit(symbol, symbol.implications, Tristate::no);
}

const Property* Solver::default_of(const Symbol& symbol) {
  for (const Property* property = symbol.properties; property; property = property->next) {
    if (property->kind != PropertyKind::default_value) continue;
    Tristate& seen = property_values_[property->id];
    seen = evaluate(property->condition);
    if (seen != Tristate::no) return property;
  }
  return nullptr;
}

std::string_view Solver::default_that(const Symbol& symbol,
                                      const std::function<bool(std::string_view)>& fits) {
  for (const Property* property = symbol.properties; property; property = property->next) {
    if (property->kind != PropertyKind::default_value || !property->value_symbol()) continue;
    if (evaluate(property->condition) == Tristate::no) continue;
    value(*property->value_symbol());
    const std::string_view text = text_of(*property->value_symbol());
    if (fits(text)) return text;
  }
  return {};
}

const Property* Solver::range_of(const Symbol& symbol) {
  for (const Property* property = symbol.properties; property; property = property->next)
    if (property->kind == PropertyKind::range && evaluate(property->condition) != Tristate::no)
      return property;
  return nullptr;
}

void Solver::compute(const Symbol& symbol) {
  SymbolState& state = states_[symbol.id];
  if (state.awaits_choice && symbol.choice) {
    state.awaits_choice = false;
    value(*symbol.choice);
  }
  state.is_valid = true;
  if (symbol.type == Type::unknown) {
    state.text = symbol.name;
    state.tristate = Tristate::no;
    return;
  }
  state.is_written = false;
  if (symbol.is_fixed) return compute_fixed(symbol, state);
  compute_conditions(symbol);
  if (state.visible != Tristate::no) state.is_written = true;
  if (is_logical(symbol.type))
    compute_logical(symbol, state);
  else
    compute_text(symbol, state);
  if (&symbol == model_.modules) modules_ = state.tristate;
  if (symbol.is_transitional || &symbol == model_.defconfig_list) state.is_written = false;
  if (!symbol.is_choice) return;
  if (model_.dialect.choice_is_symbol && state.is_written)
    for (const Symbol* member : symbol.members)
      if (states_[member->id].visible != Tristate::no) states_[member->id].is_written = true;
  state.is_written = false;
  if (state.awaits_choice) settle_choice(symbol);
}

/// What selects it is known, but does not change it.
void Solver::compute_fixed(const Symbol& symbol, SymbolState& state) {
  state.tristate = symbol.fixed_value == "y"   ? Tristate::yes
                   : symbol.fixed_value == "m" ? Tristate::mod
                                               : Tristate::no;
  state.text = symbol.fixed_value.empty() ? std::string_view(no_characters) : symbol.fixed_value;
  state.visible = Tristate::no;
  if (&symbol == model_.modules) modules_ = state.tristate;
  state.selected = symbol.selectors ? evaluate(symbol.selectors) : Tristate::no;
}

void Solver::compute_logical(const Symbol& symbol, SymbolState& state) {
  state.tristate = Tristate::no;
  state.text = "n";
  Tristate result = Tristate::no;
  const bool old = model_.dialect.choice_is_symbol;
  const Property* used = nullptr;
  const Menu* around = old ? nullptr : choice_around(symbol);
  if (old && symbol.choice && state.visible == Tristate::yes) {
    result = truth(states_[symbol.choice->id].chosen == &symbol);
  } else if (around) {
    compute_choice_menu(*around);
    result = state.tristate;
  } else {
    result = unchosen_value(symbol, state, used);
  }
  if (result == Tristate::mod && effective_type(symbol) == Type::boolean) result = Tristate::yes;
  if (follows_transitional(used, state)) {
    state.user.tristate = result;
    state.user.is_set = true;
  }
  state.tristate = result;
  if (!symbol.is_choice || !old) return;
  state.chosen = nullptr;
  if (result == Tristate::yes) state.chosen = member_of_choice_symbol(symbol, state);
}

/// True if the user gave the value under the former name of a symbol: then it is not asked for
/// again.
bool Solver::follows_transitional(const Property* used, const SymbolState& state) const {
  const Symbol* source = used && !state.user.is_set ? used->value_symbol() : nullptr;
  return source && source->is_transitional && states_[source->id].user.is_set;
}

Tristate Solver::unchosen_value(const Symbol& symbol, SymbolState& state, const Property*& used) {
  Tristate result = Tristate::no;
  if (state.visible != Tristate::no && state.user.is_set) {
    result = both(state.user.tristate, state.visible);
  } else {
    if (state.selected != Tristate::no) state.is_written = true;
    if (!symbol.is_choice) {
      if (const Property* property = used = default_of(symbol)) {
        result = evaluate(property->value);
        result = both(result, property_values_[property->id]);
        if (result != Tristate::no) state.is_written = true;
      }
      if (state.implied != Tristate::no) {
        state.is_written = true;
        result = both(either(result, state.implied), state.depends);
      }
    }
  }
  if (state.depends < state.selected) tell_unmet(symbol, state);
  return either(result, state.selected);
}

void Solver::compute_text(const Symbol& symbol, SymbolState& state) {
  std::string_view result = no_characters;
  if (!model_.dialect.empty_numbers && symbol.type != Type::string)
    result = symbol.type == Type::integer ? "0" : "0x0";
  state.tristate = Tristate::no;
  state.text = result;
  if (state.visible != Tristate::no && state.user.is_set) {
    result = state.user.text;
  } else if (const Property* property = default_of(symbol)) {
    if (const Symbol* source = property->value_symbol()) {
      state.is_written = true;
      result = value(*source).text;
      if (follows_transitional(property, state)) {
        state.user.text = result;
        state.user.is_set = true;
      }
    }
  }
  state.text = result;
  limit_to_range(symbol, state);
}

long long Solver::range_limit(const Symbol& symbol, int base) {
  const std::string_view text = value(symbol).text;
  if (symbol.type == Type::integer) base = 10;
  if (symbol.type == Type::hex) base = 16;
  return number_at(text, base);
}

void Solver::limit_to_range(const Symbol& symbol, SymbolState& state) {
  if (symbol.type == Type::string) return;
  const int base = symbol.type == Type::integer ? 10 : 16;
  const Property* range = range_of(symbol);
  if (!range) return;
  const long long number = number_at(state.text, base);
  const Symbol* bound = range->value->first;
  if (number >= range_limit(*bound, base)) {
    bound = range->value->second;
    if (number <= range_limit(*bound, base)) return;
  }
  state.text = states_[bound->id].text;
}

std::string_view Solver::default_text(const Symbol& symbol) {
  compute_conditions(symbol);
  const Tristate modules = value(*model_.modules).tristate;
  Tristate result = Tristate::no;
  std::string_view text = no_characters;
  if (const Property* property = default_of(symbol)) {
    if (is_logical(symbol.type)) {
      result = evaluate(property->value);
      result = both(result, property_values_[property->id]);
    } else if (const Symbol* source = property->value_symbol()) {
      text = value(*source).text;
    }
  }
  const SymbolState& state = states_[symbol.id];
  result = either(result, state.selected);
  const bool is_member =
      model_.dialect.choice_is_symbol ? symbol.choice != nullptr : symbol.is_choice_member;
  if (result == Tristate::mod &&
      ((!is_member && modules == Tristate::no) || symbol.type == Type::boolean))
    result = Tristate::yes;
  result = either(result, state.implied);
  if (is_logical(symbol.type)) return letter_of(result);
  if (text.empty() && !model_.dialect.empty_numbers) {
    if (symbol.type == Type::integer) return "0";
    if (symbol.type == Type::hex) return "0x0";
  }
  return text;
}

void Solver::tell_unmet(const Symbol& symbol, const SymbolState& state) {
  std::string text = "\nWARNING: unmet direct dependencies detected for ";
  text += symbol.name;
  text += state.depends == Tristate::mod ? "\n  Depends on [m]: " : "\n  Depends on [n]: ";
  text += shown_expression(symbol.depends, *this);
  text += '\n';
  text += shown_alternatives(symbol.selectors, Tristate::yes, "  Selected by [y]:\n", *this);
  text += shown_alternatives(symbol.selectors, Tristate::mod, "  Selected by [m]:\n", *this);
  std::fputs(text.c_str(), console_.err);
  ++unmet_;
}

void Solver::invalidate() {
  for (const Symbol* symbol : model_.ordered) states_[symbol->id].is_valid = false;
  std::fill(expression_values_.begin(), expression_values_.end(), std::uint8_t{0});
}

void Solver::forget_all() {
  invalidate();
  is_changed = true;
  value(*model_.modules);
}

bool Solver::is_visible(const Menu& menu) {
  if (!menu.prompt) return false;
  if (menu.visibility && evaluate(menu.visibility) == Tristate::no) return false;
  if (menu.symbol)
    value(*menu.symbol);
  else
    property_values_[menu.prompt->id] = evaluate(menu.prompt->condition);
  if (property_values_[menu.prompt->id] != Tristate::no) return true;
  if (!menu.symbol || states_[menu.symbol->id].tristate == Tristate::no) return false;
  for (const Menu* child = menu.children; child; child = child->next)
    if (is_visible(*child)) {
      // As if the user had said so: it is what keeps the children in sight.
      if (model_.dialect.choice_is_symbol) states_[menu.symbol->id].user.is_set = true;
      return true;
    }
  return false;
}

}  // namespace kbx::kconfig
