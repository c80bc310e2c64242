#pragma once
#include <functional>
#include <initializer_list>
#include <optional>

#include "kbx/symbols/genksyms_lexer.h"

namespace kbx::symbols::genksyms_detail {

/// Reads the declarations of a file, puts what they define into a symbol table, and calls back for
/// each export.
class Parser {
 public:
  Parser(Lexer& lexer, SymbolTable& symbols, Arena& arena, Report& report,
         std::function<void(const Name*)> on_export);

  void parse();

 private:
  // A function gives null or false for a syntax error, which the nearest construct that can recover
  // takes up.

  Token peek();
  /// Takes the next token, and gives the place behind it.
  Place shift();
  Place expect(Token token);
  bool syntax_error();
  bool too_deep();
  /// Drops tokens up to one of `accepted`, and takes that. `end` if the text ends first.
  Token recover(std::initializer_list<Token> accepted);
  void hint(bool no_type_names);

  bool declaration();
  Place marked_declaration();
  Place export_definition();
  Place simple_declaration(bool may_be_function);
  Place init_declarator(Place declarator);
  Place initializer();
  void define(Place end);

  bool at_specifier();
  bool at_qualifier();
  bool optional_specifiers();
  bool specifiers();
  Place specifier();
  Place qualifier();
  Place typeof_specifier();
  Place compound(SymbolKind kind);
  Place enumeration();
  Place record(Place keyword, Place name, Place body, SymbolKind kind);
  Place attributes();

  Place class_body();
  bool member_declaration();
  bool member_declarator();
  bool bit_field();
  Place enumerators();
  bool enumerator();
  Link* copy(const Link* last, const Link* behind);

  bool at_declarator();
  Place pointer();
  Place declarator();
  Place direct_declarator();
  bool nested_declarator();
  bool nested_group();
  bool nested_suffixes();
  enum class Parameters { parsed, recovered, failed };
  Parameters parameters();
  bool parameter_clause();
  bool parameter_list();
  bool parameter();
  bool classic_abstract_declarator();
  bool classic_abstract_group();
  bool optional_abstract_declarator();
  bool abstract_declarator();
  Parameters abstract_group();
  Parameters abstract_group_content();
  bool abstract_suffixes();

  Lexer& lexer_;
  SymbolTable& symbols_;
  Arena& arena_;
  Report& report_;
  const bool knows_declarators_;
  const std::function<void(const Name*)> on_export_;

  std::optional<Token> token_;  ///< the next one, if it has been read
  int silent_tokens_ = 0;       ///< a syntax error is told only if this is 0
  bool aborted_ = false;        ///< the text ended, or nests too deeply, within a declaration
  int depth_ = 0;

  bool is_typedef_ = false;
  bool is_extern_ = false;
  Name* declared_ = nullptr;        ///< the name that the declarator in work declares
  Link* specifiers_end_ = nullptr;  ///< the last specifier seen, of whatever declaration

  friend class Nesting;
};

/// A construct within brackets. `keeps_bodies`: every token within may become part of a definition.
class Nesting {
 public:
  Nesting(Parser& parser, bool keeps_bodies)
      : parser_(parser), drops_bodies_(parser.lexer_.drops_bodies) {
    ++parser_.depth_;
    if (keeps_bodies) parser_.lexer_.drops_bodies = false;
  }
  ~Nesting() {
    --parser_.depth_;
    parser_.lexer_.drops_bodies = drops_bodies_;
  }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Parser& parser_;
  const bool drops_bodies_;
};

}  // namespace kbx::symbols::genksyms_detail
