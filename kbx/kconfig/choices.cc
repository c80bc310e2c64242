// Choices, of both generations.
//
// In the older one (6.1) a choice is a symbol. It may be a tristate, and then as "m" leave its
// members to themselves; as "y" it has one chosen member, the user's if that is visible, else its
// default. In the newer one (6.12) it is a menu of booleans, and what the user said counts in the
// order of how recently it was said: the first visible member that is y; else the default unless it
// is said to be n; else a member of which nothing is said; else the member whose n is the oldest.

#include <algorithm>

#include "kbx/kconfig/number.h"
#include "kbx/kconfig/solver.h"

namespace kbx::kconfig {

const Symbol* Solver::default_member(const Symbol& choice) {
  for (const Property* property = choice.properties; property; property = property->next) {
    if (property->kind != PropertyKind::default_value) continue;
    Tristate& seen = property_values_[property->id];
    seen = evaluate(property->condition);
    const Symbol* member = property->value_symbol();
    if (seen != Tristate::no && states_[member->id].visible != Tristate::no) return member;
  }
  if (model_.dialect.choice_is_symbol) {
    for (const Symbol* member : choice.members)
      if (states_[member->id].visible != Tristate::no) return member;
    return nullptr;
  }
  const Menu* top = choice.definitions.front();
  for (const Menu* menu = next_entry(top, top); menu; menu = next_entry(menu, top))
    if (menu->symbol && states_[menu->symbol->id].visible != Tristate::no) return menu->symbol;
  return nullptr;
}

const Symbol* Solver::member_of_choice_symbol(const Symbol& choice, SymbolState& state) {
  bool all_given = state.user.is_set;
  for (const Symbol* member : choice.members) {
    compute_conditions(*member);
    const SymbolState& known = states_[member->id];
    if (known.visible != Tristate::no && !known.user.is_set) all_given = false;
  }
  state.user.is_set = all_given;
  const Symbol* member = state.user.chosen;
  if (member && states_[member->id].visible != Tristate::no) return member;
  member = default_member(choice);
  if (!member) state.tristate = Tristate::no;
  return member;
}

const Symbol* Solver::compute_choice_menu(const Menu& choice) {
  const std::vector<const Symbol*>& preferred = preferences_[choice.symbol->id];
  const Symbol* result = nullptr;
  for (const Symbol* member : preferred) {
    compute_conditions(*member);
    const SymbolState& known = states_[member->id];
    if (known.visible == Tristate::no) continue;
    if (known.user.is_set && known.user.tristate == Tristate::yes) {
      result = member;
      break;
    }
  }
  if (!result) {
    result = default_member(*choice.symbol);
    if (result && states_[result->id].user.is_set &&
        states_[result->id].user.tristate == Tristate::no)
      result = nullptr;
  }
  const auto find_member = [&](const auto& fits) -> const Symbol* {
    for (const Menu* menu = next_entry(&choice, &choice); menu; menu = next_entry(menu, &choice))
      if (menu->symbol && states_[menu->symbol->id].visible != Tristate::no && fits(*menu->symbol))
        return menu->symbol;
    return nullptr;
  };
  if (!result)
    result = find_member([&](const Symbol& member) { return !states_[member.id].user.is_set; });
  if (!result) {
    const auto last = std::find_if(preferred.rbegin(), preferred.rend(), [&](const Symbol* member) {
      return states_[member->id].visible != Tristate::no;
    });
    if (last != preferred.rend()) result = *last;
  }
  find_member([&](const Symbol& member) {
    SymbolState& state = states_[member.id];
    state.tristate = &member == result ? Tristate::yes : Tristate::no;
    state.is_valid = state.is_written = true;
    return false;
  });
  return result;
}

void Solver::prefer(const Symbol& choice, const Symbol& member, bool last) {
  std::vector<const Symbol*>& preferred = preferences_[choice.id];
  const auto found = std::ranges::find(preferred, &member);
  if (found == preferred.end()) return;
  if (last)
    std::rotate(found, found + 1, preferred.end());
  else
    std::rotate(preferred.begin(), found, found + 1);
}

void Solver::choose(const Menu& choice, const Symbol& member) {
  bool differs = false;
  for (const Menu* menu = next_entry(&choice, &choice); menu; menu = next_entry(menu, &choice)) {
    if (!menu->symbol) continue;
    SymbolState& state = states_[menu->symbol->id];
    if (state.visible == Tristate::no) continue;
    const Tristate wanted = menu->symbol == &member ? Tristate::yes : Tristate::no;
    if (state.tristate != wanted) differs = true;
    state.user.tristate = wanted;
    state.user.is_set = true;
    prefer(*choice.symbol, *menu->symbol, false);
  }
  if (differs) forget_all();
}

void Solver::settle_choice(const Symbol& choice) {
  for (const Symbol* member : choice.members) {
    GivenValue& given = states_[member->id].user;
    if (!given.is_set) given.tristate = Tristate::no;
  }
  SymbolState& state = states_[choice.id];
  state.user.is_set = true;
  state.is_valid = state.awaits_choice = false;
}

bool Solver::is_in_range(const Symbol& symbol, Tristate wanted) const {
  const SymbolState& state = states_[symbol.id];
  const Type type = effective_type(symbol);
  if (state.visible == Tristate::no) return false;
  if (!is_logical(type)) return false;
  if (type == Type::boolean && wanted == Tristate::mod) return false;
  if (state.visible <= state.selected) return false;
  if (symbol.choice && state.visible == Tristate::yes) return wanted == Tristate::yes;
  return wanted >= state.selected && wanted <= state.visible;
}

bool Solver::is_in_range(const Symbol& symbol, std::string_view text) {
  if (!is_valid_text(symbol.type, text)) return false;
  if (symbol.type != Type::integer && symbol.type != Type::hex) return true;
  const Property* range = range_of(symbol);
  if (!range) return true;
  const int base = symbol.type == Type::integer ? 10 : 16;
  const long long number = number_at(text, base);
  return number >= range_limit(*range->value->first, base) &&
         number <= range_limit(*range->value->second, base);
}

bool Solver::set(const Symbol& symbol, Tristate wanted) {
  SymbolState& state = states_[symbol.id];
  const Tristate before = state.tristate;
  const bool old = model_.dialect.choice_is_symbol;
  if (!(old && before == wanted) && !is_in_range(symbol, wanted)) return false;
  if (symbol.choice && wanted == Tristate::yes) {
    GivenValue& choice = states_[symbol.choice->id].user;
    choice.chosen = &symbol;
    choice.is_set = true;
    for (const Symbol* member : symbol.choice->members)
      if (states_[member->id].visible != Tristate::no) states_[member->id].user.is_set = true;
  }
  state.user.is_set = true;
  state.user.tristate = wanted;
  if (before != wanted) forget_all();
  return true;
}

bool Solver::set(const Symbol& symbol, std::string_view text) {
  if (is_logical(symbol.type)) {
    const char letter = text.empty() ? '\0' : text[0];
    if (letter == 'y' || letter == 'Y') return set(symbol, Tristate::yes);
    if (letter == 'm' || letter == 'M') return set(symbol, Tristate::mod);
    return (letter == 'n' || letter == 'N') && set(symbol, Tristate::no);
  }
  if (!is_in_range(symbol, text)) return false;
  GivenValue& given = states_[symbol.id].user;
  given.is_set = true;
  const bool has_prefix = text.starts_with("0x") || text.starts_with("0X");
  if (symbol.type == Type::hex && !has_prefix)
    given.text = keep("0x" + std::string(text));
  else if (!given.text.data() || given.text != text)
    given.text = keep(text);
  else
    return true;
  forget_all();
  return true;
}

}  // namespace kbx::kconfig
