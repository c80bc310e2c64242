#include "kbx/kconfig/new_values.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sys/time.h>

#include "kbx/kconfig/names.h"

namespace kbx::kconfig {
namespace {

constexpr int percent = 100;

/// Chances of random values, in percent.
struct Chances {
  int boolean_yes = 50;
  int tristate_yes = 33;
  int tristate_mod = 33;
};

[[noreturn]] void refuse_chances(const Console& console) {
  std::fprintf(console.err, "KCONFIG_PROBABILITY: %s\n", std::strerror(ERANGE));
  throw Stop{};
}

/// KCONFIG_PROBABILITY is "BOOL", "YES:MOD" or "BOOL:YES:MOD".
Chances chances_of(const Environment& environment, const Console& console) {
  const std::string text = variable(environment, "KCONFIG_PROBABILITY");
  std::vector<int> numbers;
  for (const char* at = text.c_str(); *at && numbers.size() < 3;) {
    char* end = nullptr;
    const auto number = static_cast<int>(std::strtol(at, &end, 10));
    if (number < 0 || number > percent) refuse_chances(console);
    numbers.push_back(number);
    at = *end == ':' ? end + 1 : end == at ? at + std::strlen(at) : end;
  }
  Chances chances;
  if (numbers.size() == 1) {
    const int mod = numbers[0] / 2;
    chances = {numbers[0], numbers[0] - mod, mod};
  } else if (numbers.size() == 2) {
    chances = {numbers[0] + numbers[1], numbers[0], numbers[1]};
  } else if (numbers.size() == 3) {
    chances = {numbers[0], numbers[1], numbers[2]};
  }
  if (chances.tristate_yes + chances.tristate_mod > percent) refuse_chances(console);
  return chances;
}

Tristate random_value(const Symbol& symbol, const Chances& chances) {
  const int drawn = std::rand() % percent;
  if (symbol.type != Type::tristate)
    return drawn < chances.boolean_yes ? Tristate::yes : Tristate::no;
  if (drawn < chances.tristate_yes) return Tristate::yes;
  return drawn < chances.tristate_yes + chances.tristate_mod ? Tristate::mod : Tristate::no;
}

Tristate value_for(NewValue kind, const Symbol& symbol, const Chances& chances) {
  switch (kind) {
    case NewValue::yes:
      return Tristate::yes;
    case NewValue::mod:
      return Tristate::mod;
    case NewValue::random:
      return random_value(symbol, chances);
    default:
      return symbol.yes_in_allnoconfig ? Tristate::yes : Tristate::no;
  }
}

/// A random member of a choice that is a symbol; false if it is not y.
bool randomize_choice_symbol(Solver& solver, const Symbol& choice) {
  SymbolState& state = solver.state(choice);
  if (state.tristate != Tristate::yes || choice.members.empty()) return false;
  const auto drawn = static_cast<std::size_t>(std::rand()) % choice.members.size();
  for (std::size_t i = 0; i < choice.members.size(); ++i) {
    const Symbol* member = choice.members[i];
    SymbolState& known = solver.state(*member);
    known.user.tristate = i == drawn ? Tristate::yes : Tristate::no;
    if (i == drawn) state.user.chosen = member;
    known.user.is_set = true;
    known.is_valid = false;
  }
  state.user.is_set = true;
  state.is_valid = false;
  return true;
}

/// One pass, where choices are symbols. True if values were given.
bool set_with_choice_symbols(Solver& solver, NewValue kind, const Chances& chances) {
  const std::vector<Symbol*>& symbols = solver.model().ordered;
  const bool random = kind == NewValue::random;
  bool changed = false;
  for (const Symbol* symbol : symbols) {
    SymbolState& state = solver.state(*symbol);
    if (state.user.is_set || state.is_valid) continue;
    const Type type = solver.effective_type(*symbol);
    if (!is_logical(type)) continue;
    changed = true;
    if (kind == NewValue::by_default) continue;
    state.user.tristate = value_for(kind, *symbol, chances);
    if (!(symbol->is_choice && random)) state.user.is_set = true;
  }
  solver.forget_all();
  if (!random)
    for (const Symbol* symbol : symbols) {
      SymbolState& state = solver.state(*symbol);
      if ((symbol->is_choice && !state.user.is_set) || symbol->choice) state.awaits_choice = true;
    }
  for (const Symbol* symbol : symbols) {
    if (!symbol->is_choice || solver.state(*symbol).user.is_set) continue;
    solver.value(*symbol);
    if (random) {
      if (randomize_choice_symbol(solver, *symbol)) changed = true;
    } else {
      solver.settle_choice(*symbol);
      changed = true;
    }
  }
  return changed;
}

/// The members of which nothing is said become y, the later drawn the less preferred.
void randomize_choice_menu(Solver& solver, const Menu& choice) {
  std::vector<const Symbol*> open;
  for (const Menu* menu = next_entry(&choice, &choice); menu; menu = next_entry(menu, &choice))
    if (menu->symbol && !solver.state(*menu->symbol).user.is_set) open.push_back(menu->symbol);
  for (auto count = static_cast<std::ptrdiff_t>(open.size()); count > 0; --count) {
    const std::ptrdiff_t drawn = std::rand() % count;
    // A symbol may be there twice, and counts no more once it has a value.
    const Symbol* member = nullptr;
    std::ptrdiff_t left = drawn;
    for (const Symbol* candidate : open) {
      if (!solver.state(*candidate).user.is_set) --left;
      if (left < 0) {
        member = candidate;
        break;
      }
    }
    if (!member) return;
    solver.state(*member).user.tristate = Tristate::yes;
    solver.state(*member).user.is_set = true;
    solver.prefer(*choice.symbol, *member, true);
  }
}

void set_with_choice_menus(Solver& solver, NewValue kind, const Chances& chances) {
  const Model& model = solver.model();
  for (const Menu* menu = next_entry(model.root(), nullptr); menu;
       menu = next_entry(menu, nullptr)) {
    const Symbol* symbol = menu->symbol;
    if (!symbol || !menu->prompt || solver.state(*symbol).user.is_set) continue;
    if (!is_logical(symbol->type)) continue;
    if (symbol->is_choice_member) continue;
    if (symbol->is_choice) {
      if (kind == NewValue::random) randomize_choice_menu(solver, *menu);
      continue;
    }
    if (kind == NewValue::by_default) continue;
    GivenValue& given = solver.state(*symbol).user;
    given.tristate = value_for(kind, *symbol, chances);
    given.is_set = true;
  }
  solver.forget_all();
}

}  // namespace

void seed_random(const Dialect& dialect, const Environment& environment, const Console& console) {
  const std::string text = variable(environment, "KCONFIG_SEED");
  char* end = nullptr;
  auto seed = static_cast<unsigned>(std::strtol(text.c_str(), &end, 0));
  if (text.empty() || *end != '\0') {
    timeval now{};
    ::gettimeofday(&now, nullptr);
    seed = static_cast<unsigned>((now.tv_sec + 1) * (now.tv_usec + 1));
  }
  std::fprintf(dialect.short_usage ? console.err : console.out, "KCONFIG_SEED=0x%X\n", seed);
  std::srand(seed);
}

void set_new_symbols(Solver& solver, NewValue value, const Environment& environment,
                     const Console& console) {
  const Chances chances = value == NewValue::random ? chances_of(environment, console) : Chances{};
  if (!solver.model().dialect.choice_is_symbol) {
    set_with_choice_menus(solver, value, chances);
    return;
  }
  while (set_with_choice_symbols(solver, value, chances) && value == NewValue::random) {
  }
}

void rewrite_tristates(Solver& solver, Tristate from, Tristate to) {
  for (const Symbol* symbol : solver.model().ordered) {
    GivenValue& given = solver.state(*symbol).user;
    if (solver.effective_type(*symbol) == Type::tristate && given.tristate == from)
      given.tristate = to;
  }
  solver.forget_all();
}

}  // namespace kbx::kconfig
