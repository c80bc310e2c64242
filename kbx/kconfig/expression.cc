#include "kbx/kconfig/expression.h"

#include "kbx/kconfig/model.h"

namespace kbx::kconfig {
namespace {

/// True of one that has symbols, not expressions, as operands.
bool is_of_symbols(Operator operation) {
  return operation >= Operator::equal;
}

const void* first_operand(const Expression& expression) {
  if (is_of_symbols(expression.operation)) return expression.first;
  return expression.left;
}

const void* second_operand(const Expression& expression) {
  if (is_of_symbols(expression.operation)) return expression.second;
  return expression.right;
}

bool same(const Expression& a, const Expression& b) {
  return a.operation == b.operation && first_operand(a) == first_operand(b) &&
         second_operand(a) == second_operand(b);
}

std::uint32_t hash_of(const Expression& expression) {
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15;
  auto hash = static_cast<std::uint64_t>(expression.operation);
  for (const void* part : {first_operand(expression), second_operand(expression)}) {
    hash = (hash ^ reinterpret_cast<std::uintptr_t>(part)) * factor;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(hash >> 16);
}

Expression of_expressions(Operator operation, const Expression* left, const Expression* right) {
  Expression expression;
  expression.operation = operation;
  expression.left = left;
  expression.right = right;
  return expression;
}

Expression of_symbols(Operator operation, Symbol* first, Symbol* second) {
  Expression expression;
  expression.operation = operation;
  expression.first = first;
  expression.second = second;
  return expression;
}

}  // namespace

const Expression* Expressions::symbol(Symbol* symbol) {
  if (!symbol->expression)
    symbol->expression = &make(of_symbols(Operator::symbol, symbol, nullptr));
  return symbol->expression;
}

const Expression* Expressions::negation(const Expression* operand) {
  return find(of_expressions(Operator::negation, operand, nullptr));
}

const Expression* Expressions::two(Operator operation, const Expression* left,
                                   const Expression* right) {
  return find(of_expressions(operation, left, right));
}

const Expression* Expressions::compare(Operator operation, Symbol* first, Symbol* second) {
  return find(of_symbols(operation, first, second));
}

const Expression* Expressions::both(const Expression* left, const Expression* right) {
  if (!left) return right;
  return right ? two(Operator::both, left, right) : left;
}

const Expression* Expressions::either(const Expression* left, const Expression* right) {
  if (!left) return right;
  return right ? two(Operator::either, left, right) : left;
}

const Expression* Expressions::with(const Expression* junction, const Expression* left,
                                    const Expression* right) {
  if (junction->left == left && junction->right == right) return junction;
  return two(junction->operation, left, right);
}

const Expression* Expressions::with(const Expression* negation, const Expression* operand) {
  return negation->left == operand ? negation : this->negation(operand);
}

const Expression* Expressions::find(const Expression& wanted) {
  return &all_[numbers_.find_or_make(
      hash_of(wanted), [&](std::uint32_t id) { return same(all_[id], wanted); },
      [&] { return make(wanted).id; })];
}

const Expression& Expressions::make(const Expression& wanted) {
  Expression& made = all_.emplace_back(wanted);
  made.id = static_cast<std::uint32_t>(all_.size() - 1);
  return made;
}

bool contains_symbol(const Expression* expression, const Symbol* symbol) {
  if (!expression) return false;
  switch (expression->operation) {
    case Operator::either:
    case Operator::both:
      return contains_symbol(expression->left, symbol) ||
             contains_symbol(expression->right, symbol);
    case Operator::negation:
      return contains_symbol(expression->left, symbol);
    case Operator::range:
      return false;
    default:  // of a symbol alone the second is null
      return expression->first == symbol || expression->second == symbol;
  }
}

}  // namespace kbx::kconfig
