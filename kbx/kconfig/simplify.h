#pragma once
#include <vector>

#include "kbx/kconfig/console.h"
#include "kbx/kconfig/model.h"

namespace kbx::kconfig {

/// Brings expressions into the form that conf keeps them in. Only that form is ever shown, and
/// which entries become submenus follows from it; values would be the same without.
class Simplifier {
 public:
  Simplifier(Model& model, const Console& console) : model_(model), console_(console) {}

  /// "m" becomes "m && MODULES".
  const Expression* with_modules(const Expression* expression);
  /// Negations are moved inwards; comparisons of booleans with constants go. Tells where a boolean
  /// is compared with "m".
  const Expression* transform(const Expression* expression);
  /// Removes operands that repeat or contain others.
  const Expression* without_repeats(const Expression* expression);
  /// To be called when a symbol has got another type: what is simple follows from types.
  void forget() { settled_.clear(); }
  /// The condition that `expression` is not n, with each symbol in it compared.
  const Expression* is_not_no(const Expression* expression) { return compared(expression, false); }
  /// The condition that it is n.
  const Expression* is_no(const Expression* expression) { return compared(expression, true); }
  /// Removes from two expressions the operands that both have.
  void remove_common(const Expression*& a, const Expression*& b);
  /// True if they have the same operands, in any order.
  bool equal(const Expression* a, const Expression* b);

 private:
  using Operands = std::vector<const Expression*>;

  const Expression* compared(const Expression* expression, bool with_no);
  const Expression* transform_boolean(const Expression* comparison);
  const Expression* transform_negation(const Expression* negation);
  const Expression* without_constants(const Expression* expression);
  const Expression* simplified(const Expression* given);
  const Expression* join_all(const Expression* expression);
  bool is_joined(const Expression* expression);
  bool are_apart(Operator operation, const Expression* a, const Expression* b);
  void join_pairs(Operator operation, Operands& a, Operands& b, bool same);
  const Expression* join(Operator operation, const Expression* a, const Expression* b);
  const Expression* join_either(const Expression* a, const Expression* b);
  const Expression* join_both(const Expression* a, const Expression* b);
  const Expression* join_tristate(const Expression* a, const Expression* b);
  void remove_common_operands(Operator operation, const Expression*& a, const Expression*& b);
  const Expression* rebuilt(Operator operation, const Expression* shape, const Operands& operands,
                            std::size_t& next);
  const Expression* neutral(Operator operation);
  bool is(const Expression* expression, const Symbol* constant) const;
  bool is_settled(const Expression* expression) const {
    return expression->id < settled_.size() && settled_[expression->id];
  }
  void settle(const Expression* expression);

  Model& model_;
  Console console_;
  int joined_ = 0;
  /// By id: nothing in it can be joined. Conditions are handed down the menus and joined with
  /// little that is new, so that nearly all that is to be simplified is simple already.
  std::vector<bool> settled_;
};

/// True if `expression` is y in either form.
bool is_yes(const Expression* expression, const Model& model);

/// True if `expression` cannot hold while `symbol` is n, as far as && shows it.
bool needs_symbol(const Expression* expression, const Symbol* symbol, Model& model);

/// True if some part of `expression` asks for `symbol` to be n, or not to be what it could be.
bool rejects_symbol(const Expression* expression, const Symbol* symbol, Model& model);

}  // namespace kbx::kconfig
