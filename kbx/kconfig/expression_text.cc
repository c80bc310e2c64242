#include "kbx/kconfig/expression_text.h"

#include <optional>

namespace kbx::kconfig {
namespace {

std::string_view sign(Operator operation) {
  switch (operation) {
    case Operator::equal:
      return "=";
    case Operator::unequal:
      return "!=";
    case Operator::less:
      return "<";
    case Operator::less_equal:
      return "<=";
    case Operator::greater:
      return ">";
    default:
      return ">=";
  }
}

class Writer {
 public:
  Writer(const Solver& solver, std::string& text) : solver_(solver), text_(text) {}

  void write(const Expression* expression, std::optional<Operator> around) {
    if (!expression) {
      text_ += 'y';
      return;
    }
    const Operator own = expression->operation;
    const bool either = own == Operator::either;
    const bool enclosed = (around == Operator::negation && (either || own == Operator::both)) ||
                          (around == Operator::both && either);
    if (enclosed) text_ += '(';
    write_plain(*expression);
    if (enclosed) text_ += ')';
  }

 private:
  void write_plain(const Expression& expression) {
    switch (expression.operation) {
      case Operator::symbol:
        write_symbol(*expression.first);
        break;
      case Operator::negation:
        text_ += '!';
        write(expression.left, Operator::negation);
        break;
      case Operator::either:
      case Operator::both:
        write(expression.left, expression.operation);
        text_ += expression.operation == Operator::either ? " || " : " && ";
        write(expression.right, expression.operation);
        break;
      case Operator::range:
        text_ += '[';
        write_symbol(*expression.first);
        text_ += ' ';
        write_symbol(*expression.second);
        text_ += ']';
        break;
      default:
        write_symbol(*expression.first);
        text_ += sign(expression.operation);
        write_symbol(*expression.second);
    }
  }

  void write_symbol(const Symbol& symbol) {
    if (!symbol.is_named()) {
      text_ += "<choice>";
      return;
    }
    text_ += symbol.name;
    if (symbol.type == Type::unknown) return;
    text_ += " [=";
    text_ += solver_.text_of(symbol);
    text_ += ']';
  }

  const Solver& solver_;
  std::string& text_;
};

void write_alternatives(const Expression* expression, Tristate value, std::string_view& title,
                        Solver& solver, std::string& text) {
  if (expression->operation == Operator::either) {
    write_alternatives(expression->left, value, title, solver, text);
    write_alternatives(expression->right, value, title, solver, text);
  } else if (solver.evaluate(expression) == value) {
    text += title;
    title = {};
    text += "  - ";
    text += shown_expression(expression, solver);
    text += '\n';
  }
}

}  // namespace

std::string shown_expression(const Expression* expression, const Solver& solver) {
  std::string text;
  Writer(solver, text).write(expression, std::nullopt);
  return text;
}

std::string shown_alternatives(const Expression* expression, Tristate value, std::string_view title,
                               Solver& solver) {
  std::string text;
  write_alternatives(expression, value, title, solver, text);
  return text;
}

}  // namespace kbx::kconfig
