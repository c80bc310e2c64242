#include "kbx/cpp/reader.h"

// Text between directives. It is scanned once; a run of it that holds no macro is copied as it
// stands, with its newlines, so that the output needs no markers of its own there.

namespace kbx::cpp::detail {

/// Reads until only `floor` buffers are left.
void Reader::read_buffers(std::size_t floor) {
  while (buffers_.size() > floor) {
    Buffer& top = buffer();
    skip_white(top.cursor, true);
    const char c = *top.cursor.at;
    if (top.cursor.at == top.cursor.end) {
      leave();
    } else if (c == '#') {
      ++top.cursor.at;
      directive();
    } else if (c == '%' && top.cursor.at[1] == ':') {
      throw Unsure{"a digraph for #"};
    } else {
      see_content();
      copy_lines(top);
    }
  }
}

/// Copies up to a line that may be empty, a comment or a directive. `top` is at the start of one
/// with text.
void Reader::copy_lines(Buffer& top) {
  Cursor& cursor = top.cursor;
  output_.go_to(top.name, cursor.line);
  const char* span = cursor.at;
  const char* at = span;
  const auto flush = [&] { output_.copy(span, at, cursor.line); };
  for (;;) {
    switch (class_of(*at)) {
      case CharacterClass::plain:
      case CharacterClass::blank:
        ++at;
        break;
      case CharacterClass::newline: {
        ++at;
        ++cursor.line;
        const char* next = at;
        while (*next == ' ' || *next == '\t') ++next;
        const CharacterClass kind = class_of(*next);
        if (kind == CharacterClass::letter ||
            (kind == CharacterClass::plain && *next != '#' && *next != '%')) {
          at = next;
          break;
        }
        flush();
        cursor.at = at;
        return;
      }
      case CharacterClass::letter: {
        const char* end = at + 1;
        while (is_name_character(*end)) ++end;
        const Name* name = names_.find(at, static_cast<std::size_t>(end - at));
        const CharacterClass next = class_of(*end);
        const bool is_odd = next == CharacterClass::backslash || next == CharacterClass::beyond ||
                            (next == CharacterClass::quote && end - at <= 3);
        if (!is_odd && (!name || !name->macro)) {
          at = end;
          break;
        }
        if (is_odd) {
          flush();
          cursor.at = at;
          copy_token(top);
        } else {
          if (name->macro->is_function && *end != '(') {
            Cursor ahead{end, cursor.end, cursor.line};
            skip_white(ahead, true);
            if (*ahead.at != '(') {
              at = end;
              break;
            }
          }
          flush();
          Token token;
          token.kind = Kind::name;
          token.name = const_cast<Name*>(name);
          token.line = cursor.line;
          cursor.at = end;
          expand(token);
        }
        if (!resume(top)) return;
        at = span = cursor.at;
        break;
      }
      case CharacterClass::dot:
        if (!is_digit(at[1])) {
          ++at;
          break;
        }
        [[fallthrough]];
      case CharacterClass::digit: {
        const char* end = behind_number(at);
        if (*end != '\\' && *end != '\'' && class_of(*end) != CharacterClass::beyond) {
          at = end;
          break;
        }
        flush();
        cursor.at = at;
        copy_token(top);
        if (!resume(top)) return;
        at = span = cursor.at;
        break;
      }
      case CharacterClass::quote: {
        if (const char* behind = behind_quoted(at)) {
          at = behind;
          break;
        }
        flush();
        cursor.at = at;
        copy_token(top);
        if (!resume(top)) return;
        at = span = cursor.at;
        break;
      }
      case CharacterClass::slash: {
        if (at[1] != '*' && at[1] != '/' && at[1] != '\\') {
          ++at;
          break;
        }
        flush();
        cursor.at = at;
        if (!skip_white(cursor, false)) copy_token(top);
        if (!resume(top)) return;
        at = span = cursor.at;
        break;
      }
      case CharacterClass::backslash: {
        if (!behind_splice(at)) {
          if (at[1] == 'u' || at[1] == 'U') throw Unsure{"a universal character name"};
          ++at;
          break;
        }
        const char* behind = at;
        while (*behind == '\\' && behind_splice(behind)) behind = behind_splice(behind);
        // Two characters that could be one token together were read as two.
        const bool before = at > span && class_of(at[-1]) != CharacterClass::blank;
        const CharacterClass next = class_of(*behind);
        if (before && next != CharacterClass::blank && next != CharacterClass::letter &&
            next != CharacterClass::newline)
          throw Unsure{"a token in two lines"};
        flush();
        cursor.at = at;
        skip_splices(cursor);
        if (!resume(top)) return;
        at = span = cursor.at;
        break;
      }
      case CharacterClass::beyond:
        throw Unsure{"a character beyond ASCII"};
      case CharacterClass::zero:
        throw Unsure{"a zero byte"};
    }
  }
}

/// Behind something that was not copied as it stands. False if the line is at its end, and over.
bool Reader::resume(Buffer& top) {
  if (*top.cursor.at == '\n') {
    end_line();
    return false;
  }
  output_.go_to(top.name, top.cursor.line);
  output_.space();
  return true;
}

/// The token at the cursor on its own.
void Reader::copy_token(Buffer& top) {
  const Token token = lexer_.next(top.cursor, true, arena_);
  if (token.kind == Kind::end) return;
  if (token.kind == Kind::name && token.name->macro)
    expand(token);
  else
    output_.token(token);
}

/// Writes the expansion of a macro. Most macros without parameters stand for the same text wherever
/// they are used, which is then kept.
void Reader::expand(const Token& name) {
  Macro& macro = *name.name->macro;
  if (macro.is_function || macro.builtin != Builtin::none) return expand_tokens(name);
  if (macro.expansion_age == changes_) return output_.text(macro.expansion);
  const std::size_t start = output_.size();
  expander_.watch();
  expand_tokens(name);
  if (!expander_.was_independent()) return;
  macro.expansion = arena_.copy(output_.since(start));
  macro.expansion_age = changes_;
}

void Reader::expand_tokens(const Token& name) {
  if (!expander_.enter(name)) output_.token(name);
  while (expander_.is_within()) {
    const Token token = expander_.next();
    if (token.kind == Kind::end) throw Unsure{"an expansion at the end of a file"};
    if (token.kind != Kind::padding) output_.token(token);
  }
}

/// True if `#`, which is not on the line of the token before, is the first of its line.
bool Reader::starts_directive(const Token& hash) const {
  const char* at = hash.text - 1;
  while (*at == ' ' || *at == '\t' || *at == '\f' || *at == '\v') --at;
  if (*at != '\n') throw Unsure{"# behind a comment"};
  --at;
  while (*at == ' ' || *at == '\t') --at;
  if (*at == '\\') throw Unsure{"# behind a backslash"};
  return true;
}

/// The next token of the file, for the arguments of a macro.
Token Reader::file_token() {
  if (reads_directive_) return line_token();
  for (bool is_line_start = false;;) {
    Token token = lexer_.next(buffer().cursor, false, arena_);
    if (token.kind == Kind::end) return token;
    const bool is_hash =
        token.kind == Kind::punctuator && (*token.text == '#' || *token.text == '%');
    if (is_hash && (is_line_start || (token.has(Token::line_start) && starts_directive(token)))) {
      if (!token.is('#')) throw Unsure{"a digraph for #, or ## at the start of a line"};
      directive();
      is_line_start = true;
      continue;
    }
    if (is_line_start) token.flags |= Token::white;
    return token;
  }
}

bool Reader::take_parenthesis() {
  Cursor ahead = buffer().cursor;
  skip_white(ahead, !reads_directive_);
  if (*ahead.at != '(') return false;
  ++ahead.at;
  buffer().cursor = ahead;
  return true;
}

}  // namespace kbx::cpp::detail
