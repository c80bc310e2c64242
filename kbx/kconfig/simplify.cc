// Expressions as conf shows them.
//
// conf rewrites conditions while it hands them down the tree of menus: negations go inwards,
// booleans are not compared, repeated operands go. What it prints of them (unmet dependencies, help
// texts) shows the steps that it took, not only the logic: which of two equal operands is kept, and
// where constants stay. There are two generations of that. The older one compares every pair of
// operands of an expression until nothing changes, at the outermost level only. The newer one
// works from the inside out and joins the operands of the left side with those of the right. A
// constant in the middle is removed by the older one only if something else changed, by the newer
// one only if it decides on the outcome of the operator around it.

#include "kbx/kconfig/simplify.h"

#include <string>
#include <utility>

namespace kbx::kconfig {
namespace {

bool is_junction(const Expression* expression) {
  return expression->operation == Operator::either || expression->operation == Operator::both;
}

void collect(Operator operation, const Expression* expression,
             std::vector<const Expression*>& operands) {
  if (expression->operation != operation) {
    operands.push_back(expression);
    return;
  }
  collect(operation, expression->left, operands);
  collect(operation, expression->right, operands);
}

/// The operator of "not (a OP b)".
Operator opposite(Operator operation) {
  switch (operation) {
    case Operator::equal:
      return Operator::unequal;
    case Operator::unequal:
      return Operator::equal;
    case Operator::less:
      return Operator::greater_equal;
    case Operator::less_equal:
      return Operator::greater;
    case Operator::greater:
      return Operator::less_equal;
    default:
      return Operator::less;
  }
}

/// The symbol that an operand is about, if it is of a form that can be joined with another.
Symbol* subject(const Expression* expression, bool negated_comparisons) {
  if (expression->operation == Operator::negation) {
    expression = expression->left;
    if (expression->operation != Operator::symbol && !negated_comparisons) return nullptr;
  }
  switch (expression->operation) {
    case Operator::symbol:
    case Operator::equal:
    case Operator::unequal:
      return expression->first;
    default:
      return nullptr;
  }
}

bool are(Operator a, Operator b, const Expression* first, const Expression* second) {
  return first->operation == a && second->operation == b;
}

}  // namespace

bool is_yes(const Expression* expression, const Model& model) {
  return !expression ||
         (expression->operation == Operator::symbol && expression->first == &model.symbols[2]);
}

bool needs_symbol(const Expression* expression, const Symbol* symbol, Model& model) {
  if (!expression) return false;
  switch (expression->operation) {
    case Operator::both:
      return needs_symbol(expression->left, symbol, model) ||
             needs_symbol(expression->right, symbol, model);
    case Operator::symbol:
      return expression->first == symbol;
    case Operator::equal:
      return expression->first == symbol &&
             (expression->second == model.yes() || expression->second == model.mod());
    case Operator::unequal:
      return expression->first == symbol && expression->second == model.no();
    default:
      return false;
  }
}

bool rejects_symbol(const Expression* expression, const Symbol* symbol, Model& model) {
  if (!expression) return false;
  switch (expression->operation) {
    case Operator::both:
    case Operator::either:
      return rejects_symbol(expression->left, symbol, model) ||
             rejects_symbol(expression->right, symbol, model);
    case Operator::negation:
      return expression->left->operation == Operator::symbol && expression->left->first == symbol;
    case Operator::equal:
      return expression->first == symbol && expression->second == model.no();
    case Operator::unequal:
      return expression->first == symbol &&
             (expression->second == model.yes() || expression->second == model.mod());
    default:
      return false;
  }
}

bool Simplifier::is(const Expression* expression, const Symbol* constant) const {
  return expression->operation == Operator::symbol && expression->first == constant;
}

const Expression* Simplifier::neutral(Operator operation) {
  return model_.expressions.symbol(operation == Operator::either ? model_.no() : model_.yes());
}

const Expression* Simplifier::with_modules(const Expression* expression) {
  if (!expression) return nullptr;
  Expressions& make = model_.expressions;
  switch (expression->operation) {
    case Operator::negation:
      return make.with(expression, with_modules(expression->left));
    case Operator::either:
    case Operator::both:
      return make.with(expression, with_modules(expression->left), with_modules(expression->right));
    case Operator::symbol:
      if (expression->first == model_.mod())
        return make.both(expression, make.symbol(model_.modules));
      return expression;
    default:
      return expression;
  }
}

const Expression* Simplifier::transform(const Expression* expression) {
  if (!expression) return nullptr;
  switch (expression->operation) {
    case Operator::either:
    case Operator::both: {
      const Expression* left = transform(expression->left);
      const Expression* right = transform(expression->right);
      return model_.expressions.with(expression, left, right);
    }
    case Operator::negation:
      return transform_negation(model_.expressions.with(expression, transform(expression->left)));
    case Operator::equal:
    case Operator::unequal:
      return expression->first->type == Type::boolean ? transform_boolean(expression) : expression;
    default:
      return expression;
  }
}

const Expression* Simplifier::transform_boolean(const Expression* comparison) {
  Expressions& make = model_.expressions;
  const bool equals = comparison->operation == Operator::equal;
  Symbol* constant = comparison->second;
  if (constant == model_.mod()) {
    std::fprintf(console_.out, "boolean symbol %s tested for 'm'? test forced to '%s'\n",
                 std::string(comparison->first->name).c_str(), equals ? "n" : "y");
    return make.symbol(equals ? model_.no() : model_.yes());
  }
  if (constant != model_.yes() && constant != model_.no()) return comparison;
  const Expression* symbol = make.symbol(comparison->first);
  return equals == (constant == model_.yes()) ? symbol : make.negation(symbol);
}

const Expression* Simplifier::transform_negation(const Expression* negation) {
  Expressions& make = model_.expressions;
  const Expression* inner = negation->left;
  switch (inner->operation) {
    case Operator::negation:
      return inner->left;
    case Operator::either:
    case Operator::both:
      return transform(
          make.two(inner->operation == Operator::either ? Operator::both : Operator::either,
                   make.negation(inner->left), make.negation(inner->right)));
    case Operator::symbol:
      if (inner->first == model_.yes()) return make.symbol(model_.no());
      if (inner->first == model_.no()) return make.symbol(model_.yes());
      if (inner->first == model_.mod()) return inner;
      return negation;
    default:
      return inner->is_comparison()
                 ? make.compare(opposite(inner->operation), inner->first, inner->second)
                 : negation;
  }
}

const Expression* Simplifier::without_constants(const Expression* expression) {
  if (!expression || !is_junction(expression)) return expression;
  const Expression* left = without_constants(expression->left);
  const Expression* right = without_constants(expression->right);
  const bool both = expression->operation == Operator::both;
  const Symbol* decides = both ? model_.no() : model_.yes();
  const Symbol* leaves = both ? model_.yes() : model_.no();
  if (is(left, decides)) return left;
  if (is(left, leaves)) return right;
  if (is(right, decides)) return right;
  if (is(right, leaves)) return left;
  if (!model_.dialect.choice_is_symbol) return expression;
  return model_.expressions.with(expression, left, right);
}

void Simplifier::settle(const Expression* expression) {
  if (expression->id >= settled_.size()) settled_.resize(model_.expressions.size() * 2);
  settled_[expression->id] = true;
}

const Expression* Simplifier::without_repeats(const Expression* expression) {
  const bool is_simple = !expression || !is_junction(expression) || is_settled(expression);
  return is_simple ? expression : simplified(expression);
}

const Expression* Simplifier::simplified(const Expression* given) {
  const Expression* expression = given;
  const int outer = std::exchange(joined_, 0);
  do {
    joined_ = 0;
    if (model_.dialect.choice_is_symbol) {
      if (is_junction(expression)) expression = join_all(expression);
      if (joined_ == 0) break;
    } else if (is_junction(expression)) {
      const Operator operation = expression->operation;
      const Expression* left = without_repeats(expression->left);
      const Expression* right = without_repeats(expression->right);
      Operands of_left;
      Operands of_right;
      collect(operation, left, of_left);
      collect(operation, right, of_right);
      join_pairs(operation, of_left, of_right, false);
      std::size_t next = 0;
      left = rebuilt(operation, left, of_left, next);
      next = 0;
      right = rebuilt(operation, right, of_right, next);
      expression = model_.expressions.with(expression, left, right);
    }
    expression = without_constants(expression);
  } while (joined_ != 0);
  joined_ = outer;
  if (expression == given) settle(given);
  return expression;
}

/// Joins each operand with each other one.
const Expression* Simplifier::join_all(const Expression* expression) {
  if (is_joined(expression)) return expression;
  const Operator operation = expression->operation;
  Operands operands;
  collect(operation, expression, operands);
  join_pairs(operation, operands, operands, true);
  std::size_t next = 0;
  return rebuilt(operation, expression, operands, next);
}

/// True if no two operands can be joined, nor any within them. Mostly the left side is known to be
/// like that, and the right side is a single operand.
bool Simplifier::is_joined(const Expression* expression) {
  if (!is_junction(expression) || is_settled(expression)) return true;
  const Operator operation = expression->operation;
  if (!is_joined(expression->left) || !is_joined(expression->right) ||
      !are_apart(operation, expression->left, expression->right))
    return false;
  settle(expression);
  return true;
}

/// True if no operand of one can be joined with one of the other.
bool Simplifier::are_apart(Operator operation, const Expression* a, const Expression* b) {
  if (a->operation == operation)
    return are_apart(operation, a->left, b) && are_apart(operation, a->right, b);
  if (b->operation == operation)
    return are_apart(operation, a, b->left) && are_apart(operation, a, b->right);
  if (are(Operator::symbol, Operator::symbol, a, b)) return a != b;
  return !join(operation, a, b) && !join(operation, b, a);
}

void Simplifier::join_pairs(Operator operation, Operands& a, Operands& b, bool same) {
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (same && i == j) continue;
      if (same && is_junction(a[i])) a[i] = join_all(a[i]);
      const Expression* joined = join(operation, a[i], b[j]);
      if (!joined) continue;
      a[i] = neutral(operation);
      b[j] = joined;
      ++joined_;
    }
}

const Expression* Simplifier::rebuilt(Operator operation, const Expression* shape,
                                      const Operands& operands, std::size_t& next) {
  if (shape->operation != operation) return operands[next++];
  const Expression* left = rebuilt(operation, shape->left, operands, next);
  const Expression* right = rebuilt(operation, shape->right, operands, next);
  return model_.expressions.with(shape, left, right);
}

/// One operand in the place of two, or null.
const Expression* Simplifier::join(Operator operation, const Expression* a, const Expression* b) {
  if (equal(a, b)) return a;
  Symbol* symbol = subject(a, true);
  if (!symbol || symbol != subject(b, false)) return nullptr;
  if (!is_logical(symbol->type)) return nullptr;
  return operation == Operator::either ? join_either(a, b) : join_both(a, b);
}

const Expression* Simplifier::join_either(const Expression* a, const Expression* b) {
  Symbol* symbol = subject(b, false);
  if (symbol->type == Type::tristate && are(Operator::equal, Operator::equal, a, b) &&
      a->second != b->second) {
    // A=y || A=m is A!=n.
    Symbol* values[] = {model_.no(), model_.mod(), model_.yes()};
    for (int i = 0; i < 3; ++i) {
      Symbol* one = values[(i + 1) % 3];
      Symbol* other = values[(i + 2) % 3];
      if ((a->second == one && b->second == other) || (a->second == other && b->second == one))
        return model_.expressions.compare(Operator::unequal, symbol, values[i]);
    }
  }
  const auto is_negation_of = [](const Expression* negation, const Expression* plain) {
    return negation->operation == Operator::negation &&
           negation->left->operation == Operator::symbol && plain->operation == Operator::symbol;
  };
  if (symbol->type == Type::boolean && (is_negation_of(a, b) || is_negation_of(b, a)))
    return model_.expressions.symbol(model_.yes());
  return nullptr;
}

const Expression* Simplifier::join_both(const Expression* a, const Expression* b) {
  Symbol* symbol = subject(b, false);
  const auto symbol_and = [&](Operator operation, const Symbol* constant) {
    return (are(Operator::symbol, operation, a, b) && b->second == constant) ||
           (are(operation, Operator::symbol, a, b) && a->second == constant);
  };
  if (symbol_and(Operator::equal, model_.yes()) || symbol_and(Operator::unequal, model_.mod()))
    return model_.expressions.compare(Operator::equal, symbol, model_.yes());
  if (symbol_and(Operator::unequal, model_.no())) return model_.expressions.symbol(symbol);
  return symbol->type == Type::tristate ? join_tristate(a, b) : nullptr;
}

const Expression* Simplifier::join_tristate(const Expression* a, const Expression* b) {
  Symbol* symbol = subject(b, false);
  Expressions& make = model_.expressions;
  // A=x && A!=z is A=x.
  const Expression* equals = are(Operator::equal, Operator::unequal, a, b)   ? a
                             : are(Operator::unequal, Operator::equal, a, b) ? b
                                                                             : nullptr;
  if (equals) {
    const Expression* differs = equals == a ? b : a;
    if (equals->second->is_constant && differs->second->is_constant)
      return equals->second != differs->second
                 ? make.compare(Operator::equal, symbol, equals->second)
                 : make.symbol(model_.no());
  }
  if (!are(Operator::unequal, Operator::unequal, a, b)) return nullptr;
  // A!=y && A!=n is A=m.
  Symbol* values[] = {model_.no(), model_.mod(), model_.yes()};
  for (int i = 0; i < 3; ++i) {
    Symbol* one = values[(i + 1) % 3];
    Symbol* other = values[(i + 2) % 3];
    if ((a->second == one && b->second == other) || (a->second == other && b->second == one))
      return make.compare(Operator::equal, symbol, values[i]);
  }
  return nullptr;
}

void Simplifier::remove_common(const Expression*& a, const Expression*& b) {
  if (!a || !b) return;
  if (is_junction(a)) remove_common_operands(a->operation, a, b);
  if (a->operation != b->operation && is_junction(b)) remove_common_operands(b->operation, a, b);
  a = without_constants(a);
  b = without_constants(b);
}

void Simplifier::remove_common_operands(Operator operation, const Expression*& a,
                                        const Expression*& b) {
  Operands of_a;
  Operands of_b;
  collect(operation, a, of_a);
  collect(operation, b, of_b);
  const auto is_constant = [&](const Expression* operand) {
    return is(operand, model_.yes()) || is(operand, model_.no());
  };
  for (const Expression*& one : of_a)
    for (const Expression*& other : of_b) {
      if (one == other && is_constant(one)) continue;
      if (!equal(one, other)) continue;
      ++joined_;
      one = other = neutral(operation);
    }
  std::size_t next = 0;
  a = rebuilt(operation, a, of_a, next);
  next = 0;
  b = rebuilt(operation, b, of_b, next);
}

bool Simplifier::equal(const Expression* a, const Expression* b) {
  if (a == b) return true;
  if (!a || !b) return is_yes(a, model_) && is_yes(b, model_);
  if (a->operation != b->operation) return false;
  if (a->operation == Operator::negation) return equal(a->left, b->left);
  if (!is_junction(a)) return false;
  const int outer = joined_;
  remove_common(a, b);
  joined_ = outer;
  return a == b && a->operation == Operator::symbol;
}

/// The condition that `expression` is n, or is not.
const Expression* Simplifier::compared(const Expression* expression, bool with_no) {
  Expressions& make = model_.expressions;
  if (!expression) {
    const Expression* no = make.symbol(model_.no());
    return with_no ? no : make.negation(no);
  }
  switch (expression->operation) {
    case Operator::both:
    case Operator::either: {
      const Expression* left = compared(expression->left, true);
      const Expression* right = compared(expression->right, true);
      const Expression* both = make.two(
          expression->operation == Operator::both ? Operator::either : Operator::both, left, right);
      return with_no ? both : make.negation(both);
    }
    case Operator::negation:
      return compared(expression->left, !with_no);
    case Operator::symbol:
      return make.compare(with_no ? Operator::equal : Operator::unequal, expression->first,
                          model_.no());
    default:
      return with_no ? make.negation(expression) : expression;
  }
}

}  // namespace kbx::kconfig
