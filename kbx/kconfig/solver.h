#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/kconfig/console.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

constexpr Tristate both(Tristate a, Tristate b) {
  return a < b ? a : b;
}
constexpr Tristate either(Tristate a, Tristate b) {
  return a < b ? b : a;
}

/// Which set of values from outside: what the user said (.config), or what the last build used
/// (auto.conf).
enum class Origin : std::uint8_t { user, automatic };

/// A value from outside.
struct GivenValue {
  bool is_set = false;
  Tristate tristate = Tristate::no;
  std::string_view text;           // of strings and numbers
  const Symbol* chosen = nullptr;  // of a choice that is a symbol
};

/// What is known of a symbol's value, in one line of the processor's cache.
struct SymbolState {
  bool is_valid = false;       // the fields below are those of now
  bool is_written = false;     // belongs into configuration files
  bool awaits_choice = false;  // the choice has to be computed first
  Tristate tristate = Tristate::no;
  Tristate visible = Tristate::no;  // the most that the user may set
  Tristate depends = Tristate::no;
  Tristate selected = Tristate::no;  // the least that it is
  Tristate implied = Tristate::no;
  std::string_view text;           // without data(): no value was computed yet
  const Symbol* chosen = nullptr;  // of a choice that is a symbol
  GivenValue user;                 // what the user said
};

/// Computes values of symbols from a model and from the values that were given, each when it is
/// asked for. Values stay until something that they may follow from is changed by forget().
class Solver {
 public:
  Solver(const Model& model, const Console& console);

  const Model& model() const { return model_; }

  /// The symbol with its value computed.
  SymbolState& value(const Symbol& symbol) {
    SymbolState& state = states_[symbol.id];
    if (!state.is_valid) compute(symbol);
    return state;
  }
  /// The symbol as it is known so far.
  SymbolState& state(const Symbol& symbol) { return states_[symbol.id]; }
  const SymbolState& state(const Symbol& symbol) const { return states_[symbol.id]; }
  /// The value that was given from there.
  GivenValue& given(const Symbol& symbol, Origin origin);

  Tristate evaluate(const Expression* expression);

  /// "y", "m", "n" or the text, from the state as it is.
  std::string_view text_of(const Symbol& symbol) const;
  /// The value that the symbol has if the user says nothing.
  std::string_view default_text(const Symbol& symbol);
  /// The type, where without modules a tristate is a bool.
  Type effective_type(const Symbol& symbol) const;
  bool is_changeable(const Symbol& symbol) const;

  bool is_in_range(const Symbol& symbol, Tristate value) const;
  bool is_in_range(const Symbol& symbol, std::string_view text);
  /// The user's value; false, and nothing is changed, if it is not allowed.
  bool set(const Symbol& symbol, Tristate value);
  bool set(const Symbol& symbol, std::string_view text);

  /// Forgets all computed values.
  void forget_all();
  /// The same without a change to the configuration.
  void invalidate();

  bool is_visible(const Menu& menu);
  const Property* range_of(const Symbol& symbol);
  /// The text of the first symbol that is a default in force for which `fits` holds; "" if none.
  std::string_view default_that(const Symbol& symbol,
                                const std::function<bool(std::string_view)>& fits);

  /// The choice that a symbol is a member of, or null.
  const Symbol* choice_of(const Symbol& symbol) const;
  /// The member that a choice takes by default, or null.
  const Symbol* default_member(const Symbol& choice);
  /// Computes a choice that is a menu: its member with "y", or null.
  const Symbol* compute_choice_menu(const Menu& choice);
  /// The user takes `member` of a choice that is a menu.
  void choose(const Menu& choice, const Symbol& member);
  /// The member is preferred to all others of its choice (or, with `last`, all others to it).
  void prefer(const Symbol& choice, const Symbol& member, bool last);
  /// Members that have no value are n from now on, in a choice that is a symbol.
  void settle_choice(const Symbol& choice);

  /// Text that lives as long as the solver.
  std::string_view keep(std::string_view text);

  /// Set when the configuration is no longer that of the file.
  bool is_changed = false;
  /// How many unmet dependencies were told.
  int unmet_dependencies() const { return unmet_; }

 private:
  void compute(const Symbol& symbol);
  void compute_fixed(const Symbol& symbol, SymbolState& state);
  void compute_logical(const Symbol& symbol, SymbolState& state);
  Tristate unchosen_value(const Symbol& symbol, SymbolState& state, const Property*& used);
  bool follows_transitional(const Property* used, const SymbolState& state) const;
  void compute_text(const Symbol& symbol, SymbolState& state);
  void compute_conditions(const Symbol& symbol);
  Tristate limit(const Symbol& symbol, const Expression* expression, Tristate without);
  void compute_choice_symbol(const Symbol& choice, SymbolState& state);
  const Symbol* member_of_choice_symbol(const Symbol& choice, SymbolState& state);
  void limit_to_range(const Symbol& symbol, SymbolState& state);
  long long range_limit(const Symbol& symbol, int base);
  Tristate compute_expression(const Expression& expression);
  Tristate compare(const Expression& comparison);
  const Property* default_of(const Symbol& symbol);
  void tell_unmet(const Symbol& symbol, const SymbolState& state);

  const Model& model_;
  Console console_;
  Arena arena_;
  std::vector<SymbolState> states_;
  std::vector<GivenValue> automatic_;      // by Origin::automatic; empty until one is asked for
  std::vector<Tristate> property_values_;  // of conditions, when they were looked at last
  std::vector<std::uint8_t> expression_values_;  // where a choice is a menu: 0, or 1 + value
  /// The members of choices that are menus, by the ids of the choices.
  std::unordered_map<std::uint32_t, std::vector<const Symbol*>> preferences_;
  Tristate modules_ = Tristate::no;
  int unmet_ = 0;
};

}  // namespace kbx::kconfig
