#pragma once
#include <string_view>

#include "kbx/kconfig/lexer.h"
#include "kbx/kconfig/token.h"

namespace kbx::kconfig {

/// Thrown where a token does not fit.
struct SyntaxError {};

/// The token that the parser looks at. Counts how many fitted since the last error, since conf does
/// not tell the next one before three have.
class TokenReader {
 public:
  explicit TokenReader(Lexer& lexer) : lexer_(lexer) {}

  Token token() const { return token_; }
  std::string_view text() const { return text_; }

  void advance() {
    token_ = lexer_.next();
    text_ = lexer_.text();
  }
  /// The token of the moment fits.
  void shift() {
    note_fit();
    advance();
  }
  bool accept(Token token) {
    if (token_ != token) return false;
    shift();
    return true;
  }
  void expect(Token token) {
    if (!accept(token)) throw SyntaxError{};
  }
  /// The text of a token of that kind.
  std::string_view word(Token kind) {
    if (token_ != kind) throw SyntaxError{};
    const std::string_view text = text_;
    shift();
    return text;
  }

  /// Like expect(eol), but nothing behind the line is read yet: for statements that change what is
  /// read next, and because messages name the line of the statement.
  void end_of_line() { hold(Token::eol); }
  /// A help text, behind which nothing is read yet, either.
  std::string_view help_text() {
    hold(Token::help_text);
    return text_;
  }
  /// Goes on behind one of these.
  void next_line() {
    if (!is_held_) return;
    is_held_ = false;
    advance();
  }

  /// True if an error is not told: too few tokens fitted since the last one.
  bool is_quiet() const { return quiet_ > 0; }
  /// After an error: passes over the rest of the line. False if the files end before.
  bool pass_over_line() {
    quiet_ = quiet_tokens;
    while (token_ != Token::eol) {
      if (token_ == Token::end) return false;
      advance();
    }
    end_of_line();
    return true;
  }

 private:
  static constexpr int quiet_tokens = 3;

  void note_fit() {
    if (quiet_ > 0) --quiet_;
  }
  void hold(Token token) {
    if (token_ != token) throw SyntaxError{};
    note_fit();
    is_held_ = true;
  }

  Lexer& lexer_;
  Token token_ = Token::end;
  std::string_view text_;
  bool is_held_ = false;  // the token is taken, what follows it is not read yet
  int quiet_ = 0;         // so many tokens have to fit
};

}  // namespace kbx::kconfig
