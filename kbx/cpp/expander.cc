#include "kbx/cpp/expander.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

// Macro replacement: C11 6.10.3, with what the standard leaves open done as GCC's "cpp internals"
// manual describes it (chapters "Macro Expansion Algorithm" and "Token Spacing").
//
// Expansions being read form a stack of contexts. A macro is disabled from the moment its expansion
// is pushed until the context is popped, which happens when a token behind it is asked for. A name
// that is read while its macro is disabled is painted: it is never replaced again. An argument is
// expanded on its own, between barriers, before it takes the place of its parameter.
//
// Padding is what tells `#` where an expansion had white space around it: in the place of a macro's
// name, at the ends of arguments, at the end of an expansion.

namespace kbx::cpp::detail {
namespace {

constexpr std::size_t most_text = std::size_t{1} << 26;
constexpr int deepest_nesting = 1000;

Token padding_for(const Token& source) {
  Token token;
  token.kind = Kind::padding;
  token.flags = static_cast<std::uint8_t>(Token::has_source | (source.flags & Token::white));
  return token;
}

Token plain_padding() {
  Token token;
  token.kind = Kind::padding;
  return token;
}

std::string_view spelling(const Token& token) {
  return token.kind == Kind::name ? token.name->view() : std::string_view(token.text, token.size);
}

/// Whether white space stands where paddings and a token meet.
class Spacing {
 public:
  void see_padding(const Token& padding) {
    if (!has_source_ || (!is_white_ && !padding.has(Token::has_source))) {
      has_source_ = padding.has(Token::has_source);
      is_white_ = padding.has(Token::white);
    }
  }
  /// Before this token; what was seen is forgotten.
  bool is_white(const Token& token) {
    const bool result = has_source_ ? is_white_ : token.has(Token::white);
    has_source_ = is_white_ = false;
    return result;
  }

 private:
  bool has_source_ = false;
  bool is_white_ = false;
};

}  // namespace

/// Writes the body of a macro with its arguments in place on the stack.
class Expander::Replacement {
 public:
  Replacement(Expander& expander, const Macro& macro, Arguments arguments, std::size_t start)
      : expander_(expander),
        macro_(macro),
        arguments_(arguments),
        stack_(expander.stack_),
        start_(start) {}

  void run() {
    prepare();
    for (at_ = 0; at_ < macro_.token_count; ++at_) {
      const Token& token = macro_.tokens[at_];
      if (macro_.has_va_opt && optional(token)) continue;
      if (token.kind == Kind::parameter)
        parameter(token);
      else
        put(token);
    }
  }

 private:
  void put(const Token& token) { stack_.push_back(token); }
  bool is_empty() const { return stack_.size() == start_; }
  bool after_paste() const { return at_ > 0 && macro_.tokens[at_ - 1].has(Token::paste_left); }
  /// True if nothing is written since the "(" of __VA_OPT__.
  bool at_optional_start() const {
    return optional_depth_ > 0 && optional_start_ > start_ && stack_.size() == optional_start_;
  }

  void prepare() {
    for (std::uint32_t at = 0; at < macro_.token_count; ++at) {
      const Token& token = macro_.tokens[at];
      if (token.kind != Kind::parameter) continue;
      Argument& argument = arguments_[token.parameter];
      if (token.has(Token::stringify)) {
        if (argument.stringified.kind == Kind::end)
          argument.stringified = expander_.stringify(argument);
      } else if (!token.has(Token::paste_left) &&
                 !(at > 0 && macro_.tokens[at - 1].has(Token::paste_left))) {
        expander_.expand(argument);
      }
    }
  }

  /// Goes into, through and out of __VA_OPT__ ( … ). True if the token is not to be written.
  bool optional(const Token& token) {
    if (optional_depth_ == 0) {
      if (token.kind != Kind::name || token.name->view() != "__VA_OPT__") return false;
      if (at_ != 0) put(padding_for(token));
      Argument& rest = arguments_.back();
      expander_.expand(rest);
      is_dropped_ = std::none_of(rest.expanded, rest.expanded + rest.expanded_count,
                                 [](const Token& t) { return t.kind != Kind::padding; });
      optional_start_ = stack_.size();
      optional_depth_ = 1;
      ++at_;  // its "("
      return true;
    }
    if (token.is('(')) ++optional_depth_;
    if (token.is(')') && --optional_depth_ == 0) {
      while (stack_.size() > optional_start_ && stack_.back().kind == Kind::padding)
        stack_.pop_back();
      put(plain_padding());
      return true;
    }
    return is_dropped_;
  }

  void parameter(const Token& token) {
    Argument& argument = arguments_[token.parameter];
    const bool pastes_right = token.has(Token::paste_left);
    const Token* from = argument.expanded;
    std::uint32_t count = argument.expanded_count;
    bool mends_left = false;
    const bool is_unexpanded = !token.has(Token::stringify) && (pastes_right || after_paste());
    if (token.has(Token::stringify)) {
      from = &argument.stringified;
      count = 1;
    } else if (is_unexpanded) {
      from = argument.tokens;
      count = argument.count;
    }
    if (after_paste() && !is_empty() && !token.has(Token::stringify) && !pastes_right) {
      const bool is_rest = macro_.is_variadic && token.parameter + 1U == macro_.parameter_count;
      if (stack_.back().is(',') && is_rest) {
        if (argument.is_missing)
          stack_.pop_back();
        else
          mends_left = true;
      } else if (count == 0) {
        mends_left = true;
      }
    }
    if (mends_left) stack_.back().flags &= static_cast<std::uint8_t>(~Token::paste_left);
    if (!is_unexpanded && !token.has(Token::stringify) && at_optional_start())
      while (count > 0 && from->kind == Kind::padding) {
        ++from;
        --count;
      }
    if (!expander_.input_.in_directive && at_ != 0 && !after_paste() && !at_optional_start())
      put(padding_for(token));
    const std::size_t first = stack_.size();
    for (std::uint32_t at = 0; at < count; ++at) put(from[at]);
    // To __LINE__, what was not expanded on its own is a part of the body.
    if (is_unexpanded)
      for (std::size_t at = first; at < stack_.size(); ++at) stack_[at].line = 0;
    if (count > 0 && pastes_right) stack_.back().flags |= Token::paste_left;
    if (!expander_.input_.in_directive && !pastes_right) put(plain_padding());
  }

  Expander& expander_;
  const Macro& macro_;
  const Arguments arguments_;
  Stack<Token>& stack_;
  const std::size_t start_;
  std::uint32_t at_ = 0;
  std::size_t optional_start_ = 0;
  int optional_depth_ = 0;
  bool is_dropped_ = false;
};

void Expander::push(const Token* tokens, std::size_t count, Macro* macro, std::uint32_t line) {
  contexts_.push_back({tokens, tokens + count, macro, line, false});
}

void Expander::pop() {
  if (Macro* macro = contexts_.back().macro) macro->is_disabled = false;
  contexts_.pop_back();
  if (contexts_.empty() && depth_ == 0 && reading_arguments_ == 0) {
    store_.clear();
    argument_store_.clear();
  }
}

char* Expander::text_room(std::size_t size) {
  text_made_ += size;
  if (text_made_ > most_text) throw Unsure{"an expansion that is too long"};
  return arena_.room(size);
}

Token Expander::next() {
  for (;;) {
    Token token;
    const bool is_in_file = contexts_.empty();
    if (is_in_file) {
      is_dependent_ = true;
      token = input_.next();
    } else {
      Context& context = contexts_.back();
      if (context.at == context.end) {
        if (context.is_barrier) return {};
        pop();
        if (input_.in_directive) continue;
        return plain_padding();
      }
      count_token();
      token = *context.at++;
      if (token.line == 0) token.line = context.line;
      if (token.has(Token::paste_left)) {
        const Token padding = padding_for(token);
        // The result is read from a context of its own.
        const Token pasted = paste_all(token);
        push(store_.copy(&pasted, 1), 1, nullptr, token.line);
        if (input_.in_directive) continue;
        return padding;
      }
    }
    if (token.kind != Kind::name || token.has(Token::no_expand)) return token;
    if (is_watching_) token.name->is_remembered = true;
    Macro* macro = token.name->macro;
    if (!macro) return token;
    if (macro->is_disabled) {
      token.flags |= Token::no_expand;
      return token;
    }
    if (prevented > 0 || !enter(*macro, token, is_in_file)) return token;
    if (input_.in_directive) continue;
    return padding_for(token);
  }
}

bool Expander::enter(const Token& name) {
  top_line_ = name.line;
  took_from_behind_ = false;
  return enter(*name.name->macro, name, true);
}

std::uint32_t Expander::line_of(const Token& name) const {
  if (took_from_behind_ && name.line != top_line_)
    throw Unsure{"__LINE__ in arguments behind a macro that stands for another"};
  return name.line;
}

bool Expander::enter(Macro& macro, const Token& name, bool is_in_file) {
  count_token();
  if (macro.builtin != Builtin::none) {
    is_dependent_ = true;
    // Within an argument it may still be made a string of.
    if (macro.builtin == Builtin::pragma && (input_.in_directive || expanding_arguments_ > 0))
      return false;
    Token value;
    if (!input_.builtin(macro, name, value)) return false;
    push(store_.copy(&value, 1), 1, nullptr, name.line);
    return true;
  }
  if (!macro.is_function) {
    read_body(macro, lexer_, names_, arena_);
    push(macro.tokens, macro.token_count, &macro, name.line);
    macro.is_disabled = true;
    return true;
  }
  if (!opens_arguments()) return false;
  if (!is_in_file && contexts_.empty()) took_from_behind_ = true;
  read_body(macro, lexer_, names_, arena_);
  const Arguments arguments = collect(macro);
  if (macro.parameter_count == 0) {
    push(macro.tokens, macro.token_count, &macro, name.line);
  } else {
    const std::size_t start = stack_.size();
    ++depth_;
    Replacement(*this, macro, arguments, start).run();
    --depth_;
    const std::size_t count = stack_.size() - start;
    for (std::size_t at = start; at < stack_.size(); ++at)
      if (stack_[at].line == 0) stack_[at].line = name.line;
    const Token* tokens = store_.copy(stack_.data() + start, count);
    stack_.shrink(start);
    push(tokens, count, &macro, name.line);
  }
  macro.is_disabled = true;
  return true;
}

/// Whether "(" comes next, which is then taken. Otherwise nothing but ends of expansions is.
bool Expander::opens_arguments() {
  bool has_padding = false;
  Token padding;
  const auto see = [&](const Token& token) {
    if (!has_padding || !token.has(Token::has_source)) padding = token;
    has_padding = true;
  };
  bool opens = false;
  ++prevented;
  for (;;) {
    while (!contexts_.empty() && contexts_.back().at == contexts_.back().end &&
           !contexts_.back().is_barrier) {
      pop();
      see(plain_padding());
    }
    if (contexts_.empty()) {
      is_dependent_ = true;
      opens = input_.take_parenthesis();
      break;
    }
    const Token token = next();
    if (token.kind == Kind::padding) {
      see(token);
      continue;
    }
    opens = token.is('(');
    if (!opens && token.kind != Kind::end) --contexts_.back().at;
    break;
  }
  --prevented;
  if (!opens && has_padding && !input_.in_directive) push(store_.copy(&padding, 1), 1, nullptr, 0);
  return opens;
}

/// Reads the arguments up to the ")".
Expander::Arguments Expander::collect(const Macro& macro) {
  const std::size_t wanted = macro.parameter_count;
  // One more than wanted: an empty one where none is.
  const Arguments arguments(argument_store_.take(wanted + 1), wanted + 1);
  std::ranges::fill(arguments, Argument());
  ++prevented;
  ++reading_arguments_;
  const std::size_t bottom = stack_.size();
  std::size_t given = 0;
  for (bool is_last = false; !is_last; ++given) {
    if (given > wanted) throw Unsure{"a wrong number of arguments of a macro"};
    const bool takes_rest = macro.is_variadic && given + 1 == wanted;
    const std::size_t start = stack_.size();
    is_last = collect_one(takes_rest);
    arguments[given].start = start;
    arguments[given].count = static_cast<std::uint32_t>(stack_.size() - start);
  }
  --reading_arguments_;
  --prevented;

  const bool is_one_empty = given == 1 && arguments[0].count == 0;
  if (wanted == 0 && is_one_empty) given = 0;
  const bool lacks_rest = macro.is_variadic && given + 1 == wanted;
  if (given != wanted && !lacks_rest) throw Unsure{"a wrong number of arguments of a macro"};
  const Token* tokens = store_.copy(stack_.data() + bottom, stack_.size() - bottom);
  for (Argument& argument : arguments.first(given))
    argument.tokens = tokens + (argument.start - bottom);
  // ", ## rest" drops its comma if there is no rest, and if a macro has no other parameter and its
  // argument is empty.
  if (macro.is_variadic && (lacks_rest || (wanted == 1 && is_one_empty)))
    arguments[wanted - 1].is_missing = true;
  stack_.shrink(bottom);
  return arguments.first(wanted);
}

/// Reads one argument, to the stack. True if ")" ended it.
bool Expander::collect_one(bool takes_rest) {
  const std::size_t start = stack_.size();
  bool is_last = false;
  for (int depth = 0;;) {
    const Token token = next();
    if (token.kind == Kind::end) throw Unsure{"arguments of a macro that do not end"};
    if (token.kind == Kind::padding) {
      if (stack_.size() == start) continue;
    } else if (token.kind == Kind::punctuator && token.size == 1) {
      if (*token.text == '(') ++depth;
      if (*token.text == ')' && depth-- == 0) {
        is_last = true;
        break;
      }
      if (*token.text == ',' && depth == 0 && !takes_rest) break;
    }
    stack_.push_back(token);
  }
  std::size_t end = stack_.size();
  while (end > start && stack_[end - 1].kind == Kind::padding) --end;
  stack_.shrink(end);
  return is_last;
}

void Expander::expand(Argument& argument) {
  if (argument.is_expanded) return;
  argument.is_expanded = true;
  if (argument.count == 0) return;
  const auto is_macro = [](const Token& token) {
    return token.kind == Kind::name && token.name->macro;
  };
  if (std::none_of(argument.tokens, argument.tokens + argument.count, is_macro)) {
    argument.expanded = argument.tokens;
    argument.expanded_count = argument.count;
    return;
  }
  if (++expanding_arguments_ > deepest_nesting) throw Unsure{"macros too deep in each other"};
  const int outer = std::exchange(prevented, 0);
  push(argument.tokens, argument.count, nullptr, 0);
  contexts_.back().is_barrier = true;
  const std::size_t start = stack_.size();
  for (;;) {
    const Token token = next();
    if (token.kind == Kind::end) break;
    stack_.push_back(token);
  }
  contexts_.pop_back();
  prevented = outer;
  --expanding_arguments_;
  argument.expanded_count = static_cast<std::uint32_t>(stack_.size() - start);
  argument.expanded = store_.copy(stack_.data() + start, argument.expanded_count);
  stack_.shrink(start);
}

/// What # makes of an argument.
Token Expander::stringify(const Argument& argument) {
  std::string text = "\"";
  Spacing spacing;
  int backslashes = 0;
  for (std::uint32_t at = 0; at < argument.count; ++at) {
    const Token& token = argument.tokens[at];
    if (token.kind == Kind::padding) {
      spacing.see_padding(token);
      continue;
    }
    if (spacing.is_white(token) && text.size() > 1) text += ' ';
    const bool is_quoted = token.kind == Kind::string || token.kind == Kind::character;
    for (const char c : spelling(token)) {
      if (is_quoted && (c == '\\' || c == '"')) text += '\\';
      text += c;
    }
    backslashes = token.kind == Kind::other && *token.text == '\\' ? backslashes + 1 : 0;
  }
  if (backslashes % 2 != 0) throw Unsure{"a string that ends in a backslash"};
  text += '"';
  Token result;
  result.kind = Kind::string;
  result.size = static_cast<std::uint32_t>(text.size());
  char* place = text_room(text.size() + 16);
  text.copy(place, text.size());
  std::fill_n(place + text.size(), 16, '\0');
  result.text = place;
  return result;
}

Token Expander::paste(const Token& left, const Token& right) {
  const std::string_view first = spelling(left);
  const std::string_view second = spelling(right);
  const std::size_t size = first.size() + second.size();
  char* text = text_room(size + 24);
  second.copy(text + first.copy(text, first.size()), second.size());
  text[size] = '\n';
  std::fill_n(text + size + 1, 16, '\0');
  Token result = lexer_.single(text, size, arena_);
  if (result.kind == Kind::end || result.size != size)
    throw Unsure{"## that makes no token of \"" + std::string(first) + "\" and \"" +
                 std::string(second) + "\""};
  result.flags = static_cast<std::uint8_t>(left.flags & Token::white);
  result.line = left.line;
  return result;
}

/// Joins `left`, just read from the innermost context, with what follows it.
Token Expander::paste_all(Token left) {
  for (;;) {
    Context& context = contexts_.back();
    if (context.at == context.end) throw Unsure{"## without a right side"};
    const Token right = *context.at++;
    if (right.kind == Kind::padding) throw Unsure{"## before white space of an expansion"};
    left = paste(left, right);
    if (!right.has(Token::paste_left)) return left;
  }
}

Token Expander::pragma_text() {
  const auto take = [this] {
    Token token = next();
    while (token.kind == Kind::padding) token = next();
    return token;
  };
  if (!take().is('(')) throw Unsure{"_Pragma without a string"};
  const Token string = take();
  if (string.kind != Kind::string || *string.text != '"' || !take().is(')'))
    throw Unsure{"_Pragma without a string"};
  char* text = text_room(string.size + 16);
  std::size_t size = 0;
  for (std::uint32_t at = 1; at + 1 < string.size; ++at) {
    if (string.text[at] == '\\' && (string.text[at + 1] == '\\' || string.text[at + 1] == '"'))
      ++at;
    text[size++] = string.text[at];
  }
  Token token;
  token.kind = Kind::pragma;
  token.text = text;
  token.size = static_cast<std::uint32_t>(size);
  return token;
}

}  // namespace kbx::cpp::detail
