#include "kbx/symbols/genksyms_parser.h"

#include <algorithm>
#include <utility>

// A parser by recursive descent for the declarations that scripts/genksyms/parse.y accepts. Three
// things of that grammar are more than syntax, and checksums hang on them:
//
// - The next token is read only where something depends on it. What it is (the name of a type, an
// enumerator) depends on
//   the declarations before it, and on hints from here.
// - What a declaration defines is the chain of its tokens, from which some are cut: storage
// classes, names of parameters,
//   values. A struct with a name is moved out of the chain, into the symbol table. Declarators
//   behind a comma get the specifiers of the first one, by way of `specifiers_end_`, which also the
//   parameters and members in between set.
// - A syntax error is taken up by the innermost list of parameters, member, body or declaration in
// work: tokens are dropped
//   up to its ')', ';' or '}', but stay in the chain. No error is told within three tokens of the
//   last.
//
// Trees before gendwarfksyms have an older grammar, in which a name of a type is a type wherever a
// specifier may stand, and an attribute is a qualifier: knows_declarators_ is false.

namespace kbx::symbols::genksyms_detail {
namespace {

constexpr int deepest = 1000;
constexpr int silence_after_error = 3;

}  // namespace

Parser::Parser(Lexer& lexer, SymbolTable& symbols, Arena& arena, Report& report,
               std::function<void(const Name*)> on_export)
    : lexer_(lexer),
      symbols_(symbols),
      arena_(arena),
      report_(report),
      knows_declarators_(report.options.dialect.knows_declarators),
      on_export_(std::move(on_export)) {}

void Parser::parse() {
  do {
    if (!declaration()) return;
  } while (peek() != Token::end);
}

Token Parser::peek() {
  if (!token_) token_ = lexer_.next();
  return *token_;
}

Place Parser::shift() {
  token_.reset();
  if (silent_tokens_ > 0) --silent_tokens_;
  return lexer_.place();
}

Place Parser::expect(Token token) {
  if (peek() == token) return shift();
  syntax_error();
  return nullptr;
}

bool Parser::syntax_error() {
  if (silent_tokens_ == 0) report_.warn("syntax error");
  silent_tokens_ = silence_after_error;
  return false;
}

bool Parser::too_deep() {
  if (depth_ <= deepest) return false;
  if (!aborted_) report_.warn("memory exhausted");
  aborted_ = true;
  return true;
}

Token Parser::recover(std::initializer_list<Token> accepted) {
  while (!aborted_) {
    const Token token = peek();
    if (token == Token::end) {
      aborted_ = true;
    } else if (std::find(accepted.begin(), accepted.end(), token) != accepted.end()) {
      shift();
      return token;
    } else {
      token_.reset();
    }
  }
  return Token::end;
}

void Parser::hint(bool no_type_names) {
  lexer_.no_type_names = no_type_names && knows_declarators_;
}

/// False at the end of the text.
bool Parser::declaration() {
  is_typedef_ = is_extern_ = false;
  declared_ = nullptr;
  specifiers_end_ = nullptr;
  Place end = marked_declaration();
  if (!end) {
    if (recover({Token::semicolon, Token::close_brace}) == Token::end) return false;
    end = lexer_.place();
  }
  *end = nullptr;
  return true;
}

Place Parser::marked_declaration() {
  switch (peek()) {
    case Token::extension_keyword:
      shift();
      if (!expect(Token::typedef_keyword)) return nullptr;
      is_typedef_ = true;
      return simple_declaration(false);
    case Token::typedef_keyword:
      shift();
      is_typedef_ = true;
      return simple_declaration(false);
    case Token::export_symbol_keyword:
      return export_definition();
    case Token::asm_phrase:
    case Token::static_assert_phrase:
      shift();
      return expect(Token::semicolon);
    default:
      return simple_declaration(true);
  }
}

Place Parser::export_definition() {
  shift();
  if (!expect(Token::open_parenthesis)) return nullptr;
  const Place name = expect(Token::identifier);
  if (!name || !expect(Token::close_parenthesis)) return nullptr;
  const Place end = expect(Token::semicolon);
  if (end) on_export_((*name)->name);
  return end;
}

/// A declaration up to its ';', or the definition of a function up to the end of its body.
Place Parser::simple_declaration(bool may_be_function) {
  if (!optional_specifiers()) return nullptr;
  if (at_declarator()) {
    Place end = declarator();
    if (!end) return nullptr;
    if (may_be_function && peek() == Token::brace_phrase) {
      define(end);
      return shift();
    }
    end = init_declarator(end);
    if (!end) return nullptr;
    define(end);
    hint(true);
    while (peek() == Token::comma) {
      const Place comma = shift();
      Link* specifiers_before = specifiers_end_;
      if (knows_declarators_) attributes();
      end = declarator();
      if (end) end = init_declarator(end);
      if (!end) return nullptr;
      // Parameters of this declarator have left their own specifiers, which lie within this chain.
      // The original makes it a ring then, and never ends.
      if (specifiers_end_) specifiers_end_ = specifiers_before;
      *comma = specifiers_end_;
      define(end);
      hint(true);
    }
  }
  const Place semicolon = expect(Token::semicolon);
  if (semicolon) hint(false);
  return semicolon;
}

/// What follows a declarator, and the place where the definition ends.
Place Parser::init_declarator(Place end) {
  if (peek() == Token::asm_phrase) end = shift();
  // In the older grammar the value of a list of attributes is lost, so that they are not part of
  // the definition, unless a value follows.
  const Place attributes_end = attributes();
  if (attributes_end && knows_declarators_) end = attributes_end;
  return peek() == Token::equals ? initializer() : end;
}

/// Cuts "= value" out.
Place Parser::initializer() {
  const Place equals = shift();
  const Place value = expect(Token::expression_phrase);
  if (value) *value = (*equals)->before;
  return value;
}

void Parser::define(Place end) {
  Link* definition = *end;
  *end = nullptr;
  symbols_.add(declared_, is_typedef_ ? SymbolKind::type_name : SymbolKind::normal, definition,
               is_extern_);
  declared_ = nullptr;
}

bool Parser::at_qualifier() {
  switch (peek()) {
    case Token::const_keyword:
    case Token::volatile_keyword:
    case Token::restrict_keyword:
    case Token::segment_keyword:
    case Token::attribute_phrase:
      return true;
    default:
      return false;
  }
}

bool Parser::at_specifier() {
  switch (peek()) {
    case Token::auto_keyword:
    case Token::register_keyword:
    case Token::static_keyword:
    case Token::extern_keyword:
    case Token::inline_keyword:
    case Token::basic_type_keyword:
    case Token::type_name:
    case Token::struct_keyword:
    case Token::union_keyword:
    case Token::enum_keyword:
    case Token::typeof_keyword:
    case Token::typeof_phrase:
      return true;
    default:
      return at_qualifier();
  }
}

bool Parser::optional_specifiers() {
  if (at_specifier()) return specifiers();
  specifiers_end_ = nullptr;
  return true;
}

/// One or more specifiers. In the newer grammar, attributes before the first do not count as one.
bool Parser::specifiers() {
  if (knows_declarators_) attributes();
  if (!at_specifier()) return syntax_error();
  do {
    const Place end = specifier();
    if (!end) return false;
    specifiers_end_ = *end;
  } while (at_specifier());
  return true;
}

Place Parser::specifier() {
  switch (peek()) {
    case Token::extern_keyword:
      is_extern_ = true;
      break;
    case Token::inline_keyword:
      is_extern_ = false;
      break;
    case Token::auto_keyword:
    case Token::register_keyword:
    case Token::static_keyword:
      break;
    case Token::basic_type_keyword:
    case Token::typeof_phrase: {
      const Place end = shift();
      hint(true);
      return end;
    }
    case Token::type_name: {
      const Place end = shift();
      (*end)->kind = SymbolKind::type_name;
      hint(true);
      return end;
    }
    case Token::struct_keyword:
      return compound(SymbolKind::structure);
    case Token::union_keyword:
      return compound(SymbolKind::union_type);
    case Token::enum_keyword:
      return enumeration();
    case Token::typeof_keyword:
      return typeof_specifier();
    default:
      return qualifier();
  }
  const Place storage_class = shift();
  remove_link(storage_class);
  return storage_class;
}

/// A qualifier or an attribute. "restrict" does not count.
Place Parser::qualifier() {
  const bool is_restrict = peek() == Token::restrict_keyword;
  const Place end = shift();
  if (is_restrict) remove_link(end);
  return end;
}

Place Parser::attributes() {
  Place end = nullptr;
  while (peek() == Token::attribute_phrase) end = shift();
  return end;
}

/// typeof with a type. Its place is that behind the keyword, hence declarators behind a comma get
/// no more than that.
Place Parser::typeof_specifier() {
  const Place keyword = shift();
  const Nesting nesting(*this, true);
  if (too_deep() || !expect(Token::open_parenthesis) || !parameter() ||
      !expect(Token::close_parenthesis))
    return nullptr;
  hint(true);
  return keyword;
}

/// A struct or union: a reference, a definition, or one without a name.
Place Parser::compound(SymbolKind kind) {
  const Place keyword = shift();
  if (knows_declarators_) attributes();
  Place end = nullptr;
  if (peek() == Token::open_brace) {
    end = class_body();
  } else if (const Place name = expect(Token::identifier)) {
    end = name;
    if (peek() == Token::open_brace) {
      const Place body = class_body();
      end = body ? record(keyword, name, body, kind) : nullptr;
    } else {
      remove_link(keyword);
      (*name)->kind = kind;
    }
  }
  if (end) hint(true);
  return end;
}

Place Parser::enumeration() {
  const Place keyword = shift();
  Place end = nullptr;
  if (peek() == Token::open_brace) {
    end = enumerators();
    if (end) symbols_.restart_enumeration();
  } else if (const Place name = expect(Token::identifier)) {
    end = name;
    if (peek() == Token::open_brace) {
      const Place body = enumerators();
      end = body ? record(keyword, name, body, SymbolKind::enumeration) : nullptr;
    } else {
      remove_link(keyword);
      (*name)->kind = SymbolKind::enumeration;
    }
  }
  if (end) hint(true);
  return end;
}

/// Moves the definition of a struct, union or enum from the chain to the symbol table. Types of the
/// source file itself, not of a header, are nobody else's: they stay unknown.
Place Parser::record(Place keyword, Place name, Place body, SymbolKind kind) {
  if ((*name)->in_main_file) {
    remove_link(keyword);
    (*name)->kind = kind;
    *body = *name;
    return body;
  }
  Link* definition = *body;
  Name* tag = (*name)->name;
  *body = arena_.make<Link>((*keyword)->before, tag, kind, false);
  (*keyword)->before = nullptr;
  symbols_.add(tag, kind, definition, is_extern_);
  return body;
}

Place Parser::class_body() {
  const Nesting nesting(*this, true);
  if (too_deep()) return nullptr;
  shift();
  for (bool is_first = true; peek() != Token::close_brace; is_first = false) {
    if (!member_declaration()) {
      // An error in the first member may end the whole body.
      const Token token =
          is_first ? recover({Token::semicolon, Token::close_brace}) : recover({Token::semicolon});
      if (token == Token::end) return nullptr;
      if (token == Token::close_brace) return lexer_.place();
    }
    hint(false);
  }
  return shift();
}

bool Parser::member_declaration() {
  if (!optional_specifiers()) return false;
  if (at_declarator() || peek() == Token::colon) {
    if (!member_declarator()) return false;
    hint(true);
    while (peek() == Token::comma) {
      shift();
      if (!member_declarator()) return false;
      hint(true);
    }
  }
  return expect(Token::semicolon) != nullptr;
}

bool Parser::member_declarator() {
  if (peek() == Token::colon) return bit_field();
  if (peek() == Token::identifier) {
    shift();
    if (peek() == Token::colon) return bit_field();
    hint(false);
    if (!nested_suffixes()) return false;
  } else if (!nested_declarator()) {
    return false;
  }
  attributes();
  return true;
}

bool Parser::bit_field() {
  shift();
  return expect(Token::expression_phrase) != nullptr;
}

Place Parser::enumerators() {
  const Nesting nesting(*this, true);
  shift();
  do {
    if (!enumerator()) return nullptr;
    if (peek() == Token::comma) {
      shift();
      if (peek() == Token::close_brace) break;
    } else if (peek() != Token::close_brace) {
      syntax_error();
      return nullptr;
    }
  } while (peek() != Token::close_brace);
  return shift();
}

bool Parser::enumerator() {
  const Place place = expect(Token::identifier);
  if (!place) return false;
  Name* name = (*place)->name;
  Link* value_copy = nullptr;
  if (peek() == Token::equals) {
    const Place equals = shift();
    const Place value = expect(Token::expression_phrase);
    if (!value) return false;
    value_copy = copy(*value, *equals);
  }
  symbols_.add(name, SymbolKind::enumerator, value_copy, false);
  return true;
}

/// A copy of the chain from `last` back to the token behind `behind`.
Link* Parser::copy(const Link* last, const Link* behind) {
  if (last == behind) return nullptr;
  Link* result = arena_.make<Link>(nullptr, last->name, last->kind, false);
  Link* first = result;
  for (const Link* link = last->before; link != behind; link = link->before) {
    first->before = arena_.make<Link>(nullptr, link->name, link->kind, false);
    first = first->before;
  }
  return result;
}

}  // namespace kbx::symbols::genksyms_detail
