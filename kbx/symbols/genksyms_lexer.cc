#include "kbx/symbols/genksyms_lexer.h"

// The second stage of scripts/genksyms/lex.l. C is not parsed, only declarations are; whatever else
// there is comes as a phrase: __attribute__((…)), asm(…), typeof(expression), [ … ], the body of a
// function, a value up to its ',', ';' or '}'. A '{' opens a body, unless "struct", "union" or
// "enum" stands at most two tokens before it.

namespace kbx::symbols::genksyms_detail {
namespace {

struct Keyword {
  std::string_view text;
  Token token;
};

constexpr Keyword keywords[] = {
    {"__GENKSYMS_EXPORT_SYMBOL", Token::export_symbol_keyword},
    {"asm", Token::asm_keyword},
    {"__asm", Token::asm_keyword},
    {"__asm__", Token::asm_keyword},
    {"__attribute", Token::attribute_keyword},
    {"__attribute__", Token::attribute_keyword},
    {"const", Token::const_keyword},
    {"__const", Token::const_keyword},
    {"__const__", Token::const_keyword},
    {"volatile", Token::volatile_keyword},
    {"__volatile", Token::volatile_keyword},
    {"__volatile__", Token::volatile_keyword},
    {"restrict", Token::restrict_keyword},
    {"__restrict", Token::restrict_keyword},
    {"__restrict__", Token::restrict_keyword},
    {"__extension__", Token::extension_keyword},
    {"inline", Token::inline_keyword},
    {"__inline", Token::inline_keyword},
    {"__inline__", Token::inline_keyword},
    {"typeof", Token::typeof_keyword},
    {"__typeof", Token::typeof_keyword},
    {"__typeof__", Token::typeof_keyword},
    {"auto", Token::auto_keyword},
    {"extern", Token::extern_keyword},
    {"register", Token::register_keyword},
    {"static", Token::static_keyword},
    {"typedef", Token::typedef_keyword},
    {"enum", Token::enum_keyword},
    {"struct", Token::struct_keyword},
    {"union", Token::union_keyword},
    {"char", Token::basic_type_keyword},
    {"double", Token::basic_type_keyword},
    {"float", Token::basic_type_keyword},
    {"int", Token::basic_type_keyword},
    {"long", Token::basic_type_keyword},
    {"short", Token::basic_type_keyword},
    {"signed", Token::basic_type_keyword},
    {"__signed", Token::basic_type_keyword},
    {"__signed__", Token::basic_type_keyword},
    {"unsigned", Token::basic_type_keyword},
    {"void", Token::basic_type_keyword},
    {"_Bool", Token::basic_type_keyword},
    {"__builtin_va_list", Token::basic_type_keyword},
    {"__int128", Token::basic_type_keyword},
    {"__int128_t", Token::basic_type_keyword},
    {"__uint128_t", Token::basic_type_keyword},
};

constexpr Keyword declarator_keywords[] = {
    {"typeof_unqual", Token::typeof_keyword},     {"__typeof_unqual", Token::typeof_keyword},
    {"__typeof_unqual__", Token::typeof_keyword}, {"__seg_gs", Token::segment_keyword},
    {"__seg_fs", Token::segment_keyword},
};

}  // namespace

Lexer::Lexer(std::string_view text, const GenksymsDialect& dialect, Arena& arena, Names& names,
             Position& position)
    : scanner_(text, dialect.knows_declarators, position),
      arena_(arena),
      names_(names),
      fresh_(arena.make<Link>()),
      attributes_follow_struct_(dialect.knows_declarators) {
  for (const Keyword& keyword : keywords) names.intern(keyword.text)->keyword = keyword.token;
  if (dialect.static_assert_keyword)
    names.intern("_Static_assert")->keyword = Token::static_assert_keyword;
  if (dialect.knows_declarators)
    for (const Keyword& keyword : declarator_keywords)
      names.intern(keyword.text)->keyword = keyword.token;
}

void Lexer::append(Name* name) {
  Link* link = fresh_;
  fresh_ = arena_.make<Link>(link);
  link->name = name;
  link->kind =
      is_ordinary(name, SymbolKind::enumerator) ? SymbolKind::enumerator : SymbolKind::normal;
  link->in_main_file = scanner_.in_main_file();
}

Name* Lexer::append(const RawToken& raw) {
  std::string_view text = raw.text;
  // The original's strings end at a zero byte, which only quoted text can hold.
  if (raw.kind == Token::string || raw.kind == Token::character)
    text = text.substr(0, text.find('\0'));
  Name* name = text.size() == 1 ? names_.of_character(static_cast<unsigned char>(text[0]))
                                : names_.intern(text);
  append(name);
  return name;
}

Token Lexer::next() {
  if (value_is_next_) {
    value_is_next_ = false;
    const Token token = collect_expression();
    if (token != Token::end) {
      if (words_without_types_ > 0) --words_without_types_;
      if (words_without_bodies_ > 0) --words_without_bodies_;
    }
    return token;
  }
  const RawToken raw = scanner_.next();
  if (raw.kind == Token::end) return Token::end;
  const Token token = classify(raw);
  if (words_without_types_ > 0) --words_without_types_;
  const bool is_between = attributes_follow_struct_ && token == Token::attribute_phrase;
  if (words_without_bodies_ > 0 && !is_between) --words_without_bodies_;
  return token;
}

Token Lexer::classify(const RawToken& raw) {
  if (raw.kind == Token::identifier) return word(raw);
  if (raw.kind == Token::open_brace && words_without_bodies_ == 0) {
    append(raw);
    return collect_braces();
  }
  append(raw);
  switch (raw.kind) {
    case Token::equals:
    case Token::colon:
      value_is_next_ = true;
      return raw.kind;
    case Token::unexpected:
      if (raw.text[0] == '[') return collect_brackets();
      // A byte beyond ASCII is a negative number to the original, which ends its input there.
      return static_cast<unsigned char>(raw.text[0]) >= 0x80 ? Token::end : raw.kind;
    default:
      return raw.kind;
  }
}

Token Lexer::word(const RawToken& raw) {
  const Name* name = append(raw);
  switch (name->keyword) {
    case Token::identifier:
      break;
    case Token::attribute_keyword:
      return collect(Token::open_parenthesis, Token::close_parenthesis, Token::attribute_phrase);
    case Token::asm_keyword:
      return collect(Token::open_parenthesis, Token::close_parenthesis, Token::asm_phrase);
    case Token::static_assert_keyword:
      return collect(Token::open_parenthesis, Token::close_parenthesis,
                     Token::static_assert_phrase);
    case Token::typeof_keyword:
      return collect_typeof();
    case Token::struct_keyword:
    case Token::union_keyword:
    case Token::enum_keyword:
      words_without_bodies_ = 3;
      words_without_types_ = 2;
      return name->keyword;
    default:
      return name->keyword;
  }
  if (words_without_types_ == 0 && !no_type_names && is_ordinary(name, SymbolKind::type_name))
    return Token::type_name;
  return Token::identifier;
}

/// Takes tokens up to the `close` that matches the first `open`.
Token Lexer::collect(Token open, Token close, Token phrase) {
  for (int depth = 0;;) {
    const RawToken raw = scanner_.next();
    if (raw.kind == Token::end) return Token::end;
    append(raw);
    if (raw.kind == open) ++depth;
    if (raw.kind == close && --depth == 0) return phrase;
  }
}

Token Lexer::collect_brackets() {
  for (int depth = 1;;) {
    const RawToken raw = scanner_.next();
    if (raw.kind == Token::end) return Token::end;
    append(raw);
    if (raw.text == "[") ++depth;
    if (raw.text == "]" && --depth == 0) return Token::bracket_phrase;
  }
}

Token Lexer::collect_braces() {
  if (drops_bodies) return scanner_.skip_braces() ? Token::brace_phrase : Token::end;
  for (int depth = 1;;) {
    const RawToken raw = scanner_.next();
    if (raw.kind == Token::end) return Token::end;
    append(raw);
    if (raw.kind == Token::open_brace) ++depth;
    if (raw.kind == Token::close_brace && --depth == 0) return Token::brace_phrase;
  }
}

/// A typeof whose operand starts with a type is parsed as one; otherwise it is a phrase, and its
/// "(" belongs to the chain only if an identifier follows.
Token Lexer::collect_typeof() {
  bool opens = false;
  for (int depth = 0;;) {
    const RawToken raw = scanner_.next();
    if (raw.kind == Token::end) return Token::end;
    if (opens && raw.kind == Token::identifier) {
      const Name* name = names_.intern(raw.text);
      if (name->keyword != Token::identifier || is_ordinary(name, SymbolKind::type_name)) {
        scanner_.put_back(raw);
        scanner_.put_parenthesis();
        return Token::typeof_keyword;
      }
      append(names_.of_character('('));
    }
    opens = raw.kind == Token::open_parenthesis && depth == 0;
    if (raw.kind == Token::open_parenthesis) ++depth;
    if (!opens) append(raw);
    if (raw.kind == Token::close_parenthesis && --depth == 0) return Token::typeof_phrase;
  }
}

Token Lexer::collect_expression() {
  if (drops_bodies) return scanner_.skip_expression() ? Token::expression_phrase : Token::end;
  for (int depth = 0;;) {
    const RawToken raw = scanner_.next();
    if (raw.kind == Token::end) return Token::end;
    const bool closes = raw.kind == Token::close_brace;
    if (depth == 0 && (closes || raw.kind == Token::comma || raw.kind == Token::semicolon)) {
      scanner_.put_back(raw);
      return Token::expression_phrase;
    }
    append(raw);
    if (raw.kind == Token::open_parenthesis || raw.kind == Token::open_brace || raw.text == "[")
      ++depth;
    if (raw.kind == Token::close_parenthesis || closes || raw.text == "]") --depth;
  }
}

}  // namespace kbx::symbols::genksyms_detail
