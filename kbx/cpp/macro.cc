#include "kbx/cpp/macro.h"

#include <algorithm>
#include <vector>

namespace kbx::cpp::detail {
namespace {

constexpr std::size_t most_parameters = 60'000;

/// Names stand for their place while a body is read.
class NumberedParameters {
 public:
  explicit NumberedParameters(const Macro& macro) : macro_(macro) {
    for (std::uint16_t at = 0; at < macro_.parameter_count; ++at)
      macro_.parameters[at].name->parameter = static_cast<std::uint16_t>(at + 1);
  }
  ~NumberedParameters() {
    for (std::uint16_t at = 0; at < macro_.parameter_count; ++at)
      macro_.parameters[at].name->parameter = 0;
  }
  NumberedParameters(const NumberedParameters&) = delete;
  NumberedParameters& operator=(const NumberedParameters&) = delete;

 private:
  const Macro& macro_;
};

bool is_ellipsis(const Token& token) {
  return token.kind == Kind::punctuator && token.size == 3 && *token.text == '.';
}

/// The parameters, with the cursor behind "(".
void read_parameters(Macro& macro, Cursor& cursor, const Lexer& lexer, NameTable& names,
                     Arena& arena) {
  std::vector<Parameter> parameters;
  const auto take = [&] { return lexer.next(cursor, true, arena); };
  Token token = take();
  while (!token.is(')') || !parameters.empty()) {
    if (is_ellipsis(token)) {
      parameters.push_back({names.intern("__VA_ARGS__")});
      macro.is_variadic = true;
      token = take();
    } else if (token.kind == Kind::name) {
      if (token.name->view() == "__VA_ARGS__" || token.name->view() == "__VA_OPT__")
        throw Unsure{"a parameter with a reserved name"};
      if (std::ranges::find(parameters, Parameter{token.name}) != parameters.end())
        throw Unsure{"a parameter that is there twice"};
      parameters.push_back({token.name});
      token = take();
      if (is_ellipsis(token)) {
        macro.is_variadic = true;
        token = take();
      }
    } else {
      throw Unsure{"parameters that are none"};
    }
    if (parameters.size() > most_parameters) throw Unsure{"too many parameters"};
    if (token.is(')')) break;
    if (!token.is(',') || macro.is_variadic) throw Unsure{"parameters that are none"};
    token = take();
    if (token.is(')')) throw Unsure{"parameters that are none"};
  }
  macro.parameters = parameters.empty() ? nullptr : arena.copy(parameters);
  macro.parameter_count = static_cast<std::uint16_t>(parameters.size());
}

bool is_paste(const Token& token) {
  return token.kind == Kind::punctuator && token.size == 2 && token.text[0] == '#';
}

/// The tokens of the body with # and ## turned into flags.
std::vector<Token> body_tokens(Macro& macro, const Lexer& lexer, NameTable& names, Arena& arena) {
  const NumberedParameters numbered(macro);
  std::vector<Token> tokens;
  Cursor cursor{macro.body, macro.text_end, 1};
  const Name* rest = names.intern("__VA_ARGS__");
  const Name* optional = names.intern("__VA_OPT__");
  bool after_paste = false;
  for (;;) {
    Token token = lexer.next(cursor, true, arena);
    if (token.kind == Kind::end) break;
    token.line = 0;
    token.flags &= Token::white;
    if (token.kind == Kind::punctuator && token.text[0] == '%' && token.size > 1 &&
        token.text[1] == ':')
      throw Unsure{"a digraph for # in a macro"};
    if (is_paste(token)) {
      if (tokens.empty() || after_paste) throw Unsure{"## at the start of a macro, or twice"};
      tokens.back().flags |= Token::paste_left;
      after_paste = true;
      continue;
    }
    after_paste = false;
    if (token.kind == Kind::name && token.name->parameter != 0) {
      token.parameter = static_cast<std::uint16_t>(token.name->parameter - 1);
      token.kind = Kind::parameter;
    } else if (token.kind == Kind::name && token.name == rest) {
      throw Unsure{"__VA_ARGS__ in a macro that has none"};
    } else if (token.kind == Kind::name && token.name == optional) {
      if (!macro.is_variadic) throw Unsure{"__VA_OPT__ in a macro that is not variadic"};
      macro.has_va_opt = true;
    }
    const bool after_hash = macro.is_function && !tokens.empty() && tokens.back().is('#');
    if (after_hash) {
      if (token.kind != Kind::parameter) throw Unsure{"# before what is no parameter"};
      token.flags =
          static_cast<std::uint8_t>((tokens.back().flags & Token::white) | Token::stringify);
      tokens.back() = token;
    } else {
      tokens.push_back(token);
    }
  }
  if (after_paste) throw Unsure{"## at the end of a macro"};
  if (macro.is_function && !tokens.empty() && tokens.back().is('#'))
    throw Unsure{"# before what is no parameter"};
  if (!tokens.empty()) tokens[0].flags &= static_cast<std::uint8_t>(~Token::white);
  return tokens;
}

/// __VA_OPT__ ( … ) has to close, without itself inside, and away from ##, where versions of GCC
/// differ.
void check_va_opt(const std::vector<Token>& tokens, const Name* optional) {
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (tokens[at].kind != Kind::name || tokens[at].name != optional) continue;
    if ((at > 0 && tokens[at - 1].has(Token::paste_left)) || tokens[at].has(Token::paste_left))
      throw Unsure{"## beside __VA_OPT__"};
    if (++at == tokens.size() || !tokens[at].is('(') || tokens[at].has(Token::paste_left))
      throw Unsure{"__VA_OPT__ without its parenthesis"};
    for (int depth = 1; depth > 0;) {
      if (++at == tokens.size()) throw Unsure{"__VA_OPT__ that does not close"};
      if (tokens[at].kind == Kind::name && tokens[at].name == optional)
        throw Unsure{"__VA_OPT__ within itself"};
      depth += tokens[at].is('(') ? 1 : tokens[at].is(')') ? -1 : 0;
    }
    if (tokens[at].has(Token::paste_left) || tokens[at - 1].has(Token::paste_left))
      throw Unsure{"## beside __VA_OPT__"};
  }
}

}  // namespace

Macro* read_definition(Cursor& cursor, const Lexer& lexer, NameTable& names, Arena& arena) {
  const Token name = lexer.next(cursor, true, arena);
  if (name.kind != Kind::name) throw Unsure{"a definition without a name"};
  if (name.name->view() == "defined" || name.name->view() == "__VA_ARGS__" ||
      name.name->view() == "__VA_OPT__")
    throw Unsure{"a definition of a reserved name"};
  Macro* macro = arena.make<Macro>();
  macro->name = name.name;
  skip_splices(cursor);
  if (*cursor.at == '(') {
    ++cursor.at;
    macro->is_function = true;
    read_parameters(*macro, cursor, lexer, names, arena);
  } else {
    const CharacterClass next = class_of(*cursor.at);
    if (next != CharacterClass::blank && next != CharacterClass::newline &&
        next != CharacterClass::slash)
      throw Unsure{"a macro's body without white space before it"};
  }
  macro->body = cursor.at;
  macro->text_end = cursor.end;
  skip_line(cursor);
  macro->body_end = cursor.at;
  const auto size = static_cast<std::size_t>(macro->body_end - macro->body);
  // A mistake with # or ## is one of the definition, whether it is used or not.
  if (std::memchr(macro->body, '#', size)) read_body(*macro, lexer, names, arena);
  return macro;
}

void read_body(Macro& macro, const Lexer& lexer, NameTable& names, Arena& arena) {
  if (macro.has_tokens) return;
  const std::vector<Token> tokens = body_tokens(macro, lexer, names, arena);
  if (macro.has_va_opt) check_va_opt(tokens, names.intern("__VA_OPT__"));
  macro.tokens = tokens.empty() ? nullptr : arena.copy(tokens);
  macro.token_count = static_cast<std::uint32_t>(tokens.size());
  macro.has_tokens = true;
}

bool same_definition(Macro& first, Macro& second, const Lexer& lexer, NameTable& names,
                     Arena& arena) {
  if (first.builtin != Builtin::none || first.is_function != second.is_function ||
      first.is_variadic != second.is_variadic ||
      !std::equal(first.parameters, first.parameters + first.parameter_count, second.parameters,
                  second.parameters + second.parameter_count))
    return false;
  if (std::equal(first.body, first.body_end, second.body, second.body_end)) return true;
  read_body(first, lexer, names, arena);
  read_body(second, lexer, names, arena);
  return std::equal(first.tokens, first.tokens + first.token_count, second.tokens,
                    second.tokens + second.token_count, [](const Token& a, const Token& b) {
                      if (a.kind != b.kind || a.flags != b.flags || a.parameter != b.parameter)
                        return false;
                      if (a.kind == Kind::name || a.kind == Kind::parameter)
                        return a.name == b.name;
                      return std::string_view(a.text, a.size) == std::string_view(b.text, b.size);
                    });
}

}  // namespace kbx::cpp::detail
