#pragma once
#include "kbx/kconfig/builder.h"
#include "kbx/kconfig/expression.h"
#include "kbx/kconfig/token_reader.h"

namespace kbx::kconfig {

/// Reads conditions and values: symbols, comparisons, ! && || and parentheses. Throws SyntaxError
/// at a token that does not fit, and where parentheses are nested too deeply.
class ExpressionParser {
 public:
  ExpressionParser(TokenReader& tokens, Builder& builder, Expressions& expressions)
      : tokens_(tokens), builder_(builder), expressions_(expressions) {}

  /// A name, or a constant in quotes.
  Symbol* symbol();
  const Expression* expression();
  /// What stands behind "if"; null if there is no such word.
  const Expression* condition();

 private:
  const Expression* conjunction();
  const Expression* operand();

  TokenReader& tokens_;
  Builder& builder_;
  Expressions& expressions_;
  int depth_ = 0;
};

}  // namespace kbx::kconfig
