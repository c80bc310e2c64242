#pragma once
#include <cstdint>
#include <string_view>

#include "kbx/symbols/genksyms_symbols.h"

namespace kbx::symbols::genksyms_detail {

/// First layer of the lexer: C tokens, line markers taken in. Kinds are those of Token up to
/// `unexpected`, with brackets and other single characters as `unexpected`.
struct RawToken {
  Token kind = Token::end;
  std::string_view text;
};

class Scanner {
 public:
  Scanner(std::string_view text, bool knows_vector_types, Position& position);

  RawToken next();
  /// Makes `token`, the last one, the next one again.
  void put_back(const RawToken& token) { at_ = token.text.data(); }
  /// Makes "(" the next token, before what is next now.
  void put_parenthesis() { parenthesis_first_ = true; }

  /// Goes behind the '}' that closes a '{' already read. False at the end of the text.
  bool skip_braces();
  /// Goes up to the ',', ';' or '}' that ends an expression. False at the end of the text.
  bool skip_expression();

  /// True while the text is that of the first file that a line marker named.
  bool in_main_file() const { return in_main_file_; }

 private:
  const char* read_marker(const char* end);
  void read_directives();
  bool skip_other();
  void newline();
  RawToken take(Token kind, const char* end);
  RawToken identifier();
  RawToken number();
  RawToken quoted(const char* open, Token kind);
  RawToken punctuation();

  const char* at_;
  const char* const end_;
  const bool knows_vector_types_;
  Position& position_;
  bool parenthesis_first_ = false;
  bool in_main_file_ = false;
  std::string_view main_file_;
};

}  // namespace kbx::symbols::genksyms_detail
