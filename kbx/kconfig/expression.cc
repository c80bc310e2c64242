#include "kbx/kconfig/expression.h"

#include <functional>

namespace kbx::kconfig {
namespace {

bool same(const Expression& a, const Expression& b) {
  return a.operation == b.operation && a.left == b.left && a.right == b.right &&
         a.first == b.first && a.second == b.second;
}

std::size_t hash_of(const Expression& expression) {
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15;
  auto hash = static_cast<std::uint64_t>(expression.operation);
  for (const void* part :
       {static_cast<const void*>(expression.left), static_cast<const void*>(expression.right),
        static_cast<const void*>(expression.first), static_cast<const void*>(expression.second)}) {
    hash = (hash ^ reinterpret_cast<std::uintptr_t>(part)) * factor;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

const Expression* Expressions::symbol(Symbol* symbol) {
  return find({Operator::symbol, nullptr, nullptr, symbol, nullptr, 0});
}

const Expression* Expressions::negation(const Expression* operand) {
  return find({Operator::negation, operand, nullptr, nullptr, nullptr, 0});
}

const Expression* Expressions::two(Operator operation, const Expression* left,
                                   const Expression* right) {
  return find({operation, left, right, nullptr, nullptr, 0});
}

const Expression* Expressions::compare(Operator operation, Symbol* first, Symbol* second) {
  return find({operation, nullptr, nullptr, first, second, 0});
}

const Expression* Expressions::both(const Expression* left, const Expression* right) {
  if (!left) return right;
  return right ? two(Operator::both, left, right) : left;
}

const Expression* Expressions::either(const Expression* left, const Expression* right) {
  if (!left) return right;
  return right ? two(Operator::either, left, right) : left;
}

const Expression* Expressions::find(const Expression& wanted) {
  if (table_.size() < std::size_t{count_} * 2 + 2) grow();
  const std::size_t mask = table_.size() - 1;
  const std::size_t hash = hash_of(wanted);
  std::size_t at = hash & mask;
  for (; table_[at].expression; at = (at + 1) & mask)
    if (table_[at].hash == hash && same(*table_[at].expression, wanted))
      return table_[at].expression;
  auto* made = arena_.make<Expression>(wanted);
  made->id = count_++;
  table_[at] = {made, hash};
  return made;
}

void Expressions::grow() {
  constexpr std::size_t first_size = 1 << 15;
  std::vector<Entry> larger(table_.empty() ? first_size : table_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (const Entry& entry : table_) {
    if (!entry.expression) continue;
    std::size_t at = entry.hash & mask;
    while (larger[at].expression) at = (at + 1) & mask;
    larger[at] = entry;
  }
  table_ = std::move(larger);
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
    default:
      return expression->first == symbol || expression->second == symbol;
  }
}

}  // namespace kbx::kconfig
