#pragma once
#include "kbx/symbols/genksyms_scanner.h"

namespace kbx::symbols::genksyms_detail {

/// Second layer of the lexer: keywords, names of types, and phrases, which are runs of tokens that
/// the parser takes as one. Every token is hung on the chain of the declaration.
class Lexer {
 public:
  Lexer(std::string_view text, const GenksymsDialect& dialect, Arena& arena, Names& names,
        Position& position);

  Token next();
  /// The place behind the last token.
  Place place() { return &fresh_->before; }

  /// Set by the parser where a name cannot be that of a type.
  bool no_type_names = false;
  /// Set by the parser where nothing refers to the tokens of a body in braces or of a value, which
  /// are then left out.
  bool drops_bodies = true;

 private:
  Token word(const RawToken& raw);
  Token classify(const RawToken& raw);
  Token collect(Token open, Token close, Token phrase);
  Token collect_brackets();
  Token collect_braces();
  Token collect_typeof();
  Token collect_expression();
  Name* append(const RawToken& raw);
  void append(Name* name);

  Scanner scanner_;
  Arena& arena_;
  Names& names_;
  Link* fresh_;                   ///< the link that the next token will fill
  bool value_is_next_ = false;    ///< the last token was '=' or ':'
  int words_without_types_ = 0;   ///< tokens for which names are not looked up: after "struct"
  int words_without_bodies_ = 0;  ///< tokens in which '{' opens no phrase: after "struct"
  const bool attributes_follow_struct_;
};

}  // namespace kbx::symbols::genksyms_detail
