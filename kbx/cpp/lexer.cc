#include "kbx/cpp/lexer.h"

#include <cstring>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// Translation phases 1 to 3 of the C standard, on demand. Backslash-newline may stand anywhere, and
// hardly ever stands within a token: a token is read as if there were none, and read again from a
// copy of its line without them if it ends at a backslash.

namespace kbx::cpp::detail {
namespace {

constexpr std::array<CharacterClass, 256> make_classes() {
  std::array<CharacterClass, 256> classes{};
  for (const char c : std::string_view(" \t\f\v"))
    classes[static_cast<unsigned char>(c)] = CharacterClass::blank;
  for (unsigned char c = '0'; c <= '9'; ++c) classes[c] = CharacterClass::digit;
  for (unsigned char c = 'a'; c <= 'z'; ++c) classes[c] = CharacterClass::letter;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) classes[c] = CharacterClass::letter;
  for (unsigned c = 0x80; c <= 0xff; ++c) classes[c] = CharacterClass::beyond;
  classes['_'] = classes['$'] = CharacterClass::letter;
  classes['\n'] = CharacterClass::newline;
  classes['"'] = classes['\''] = CharacterClass::quote;
  classes['/'] = CharacterClass::slash;
  classes['.'] = CharacterClass::dot;
  classes['\\'] = CharacterClass::backslash;
  classes[0] = CharacterClass::zero;
  return classes;
}

/// The length of the punctuator at `at`, 0 if there is none.
std::size_t punctuator_size(const char* at) {
  const char first = at[0];
  const char second = at[1];
  switch (first) {
    case '<':
      if (second == '<') return at[2] == '=' ? 3 : 2;
      return second == '=' || second == ':' || second == '%' ? 2 : 1;
    case '>':
      if (second == '>') return at[2] == '=' ? 3 : 2;
      return second == '=' ? 2 : 1;
    case '.':
      return second == '.' && at[2] == '.' ? 3 : 1;
    case '-':
      return second == '>' || second == '-' || second == '=' ? 2 : 1;
    case '+':
    case '&':
    case '|':
      return second == first || second == '=' ? 2 : 1;
    case '%':
      if (second == ':') return at[2] == '%' && at[3] == ':' ? 4 : 2;
      return second == '=' || second == '>' ? 2 : 1;
    case ':':
      // "::" is one token or two, as the language has it; only ## could tell, and finds no token.
      return second == '>' ? 2 : 1;
    case '#':
      return second == '#' ? 2 : 1;
    case '*':
    case '/':
    case '=':
    case '!':
    case '^':
      return second == '=' ? 2 : 1;
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case ',':
    case ';':
    case '?':
    case '~':
      return 1;
    default:
      return 0;
  }
}

/// The character behind the splices at `at`, or '\0' if there is none there.
char behind_splices(const char* at) {
  char c = '\0';
  while (*at == '\\' && (at = behind_splice(at))) c = *at;
  return c;
}

/// True if a word or number that ends at `at` may go on behind a splice.
bool goes_on(const char* at, bool is_number) {
  const char c = *at == '\\' ? behind_splices(at) : '\0';
  return is_name_character(c) || class_of(c) == CharacterClass::quote ||
         class_of(c) == CharacterClass::beyond || c == '\\' ||
         (is_number && (c == '.' || c == '+' || c == '-'));
}

/// The same for a punctuator of `size` at `at`.
bool punctuator_goes_on(const char* at, std::size_t size) {
  constexpr std::string_view inner = "<>.-+&|%:#*/=!^";
  if (inner.find(*at) == std::string_view::npos) return false;
  for (std::size_t offset = 1; offset <= size; ++offset)
    if (at[offset] == '\\') {
      const char c = behind_splices(at + offset);
      if (c != '\0' && (inner.find(c) != std::string_view::npos || is_digit(c))) return true;
    }
  return false;
}

constexpr std::size_t longest_spliced_token = 100'000;

bool is_string_prefix(std::string_view text, const LanguageOptions& options) {
  if (text == "L") return true;
  if (text == "R" || text == "LR" || text == "uR" || text == "UR" || text == "u8R")
    throw Unsure{"a raw string"};
  if (text != "u" && text != "U" && text != "u8") return false;
  if (!options.has_unicode_literals) throw Unsure{"a prefix before a quote"};
  return true;
}

}  // namespace

constexpr std::array<CharacterClass, 256> computed_classes = make_classes();
const std::array<CharacterClass, 256> character_classes = computed_classes;

const char* behind_splice(const char* at) {
  ++at;
  while (*at == ' ' || *at == '\t' || *at == '\f' || *at == '\v') ++at;
  return *at == '\n' ? at + 1 : nullptr;
}

void skip_splices(Cursor& cursor) {
  while (*cursor.at == '\\') {
    const char* behind = behind_splice(cursor.at);
    if (!behind) return;
    cursor.at = behind;
    ++cursor.line;
  }
}

void skip_comment(Cursor& cursor) {
  const char* at = cursor.at + 2;
  for (;;) {
    const char* star =
        static_cast<const char*>(std::memchr(at, '*', static_cast<std::size_t>(cursor.end - at)));
    if (!star) throw Unsure{"a comment that does not end"};
    for (const char* line = at; (line = static_cast<const char*>(std::memchr(
                                     line, '\n', static_cast<std::size_t>(star - line))));
         ++line)
      ++cursor.line;
    at = star + 1;
    cursor.at = at;
    skip_splices(cursor);
    if (*cursor.at == '/') {
      ++cursor.at;
      return;
    }
    at = cursor.at;
  }
}

namespace {

/// With the cursor at '/': 2 if a comment to the end of the line starts there, 1 if another does.
int comment_at(const Cursor& cursor) {
  const char second = cursor.at[1];
  if (second == '*') return 1;
  if (second == '/') return 2;
  if (second == '\\' && behind_splice(cursor.at + 1)) {
    Cursor next = cursor;
    ++next.at;
    skip_splices(next);
    if (*next.at == '*' || *next.at == '/') throw Unsure{"a comment that opens in two lines"};
  }
  return 0;
}

void skip_line_comment(Cursor& cursor) {
  for (;;) {
    while (*cursor.at != '\n' && *cursor.at != '\\' && *cursor.at != '\0') ++cursor.at;
    if (*cursor.at != '\\') return;
    const char* before = cursor.at;
    skip_splices(cursor);
    if (cursor.at == before) ++cursor.at;
  }
}

}  // namespace

bool skip_white(Cursor& cursor, bool lines) {
  const char* start = cursor.at;
  for (;;) {
    switch (class_of(*cursor.at)) {
      case CharacterClass::blank:
        ++cursor.at;
        break;
      case CharacterClass::newline:
        if (!lines || cursor.at == cursor.end) return cursor.at != start;
        ++cursor.at;
        ++cursor.line;
        break;
      case CharacterClass::slash: {
        const int comment = comment_at(cursor);
        if (comment == 0) return cursor.at != start;
        if (comment == 1)
          skip_comment(cursor);
        else
          skip_line_comment(cursor);
        break;
      }
      case CharacterClass::backslash: {
        const char* before = cursor.at;
        skip_splices(cursor);
        if (cursor.at == before) return cursor.at != start;
        // A splice alone is no white space.
        if (before == start) start = cursor.at;
        break;
      }
      default:
        return cursor.at != start;
    }
  }
}

const char* behind_quoted(const char* at) {
  const char quote = *at++;
  for (;; ++at) {
    if (*at == quote) return at + 1;
    if (*at == '\n' || *at == '\0') return nullptr;
    if (*at == '\\') {
      if (behind_splice(at)) return nullptr;
      ++at;
      if (*at == '\0') return nullptr;
    }
  }
}

const char* behind_number(const char* at) {
  for (;;) {
    if (is_name_character(*at)) {
      const char lower = static_cast<char>(*at | 0x20);
      ++at;
      if ((lower == 'e' || lower == 'p') && (*at == '+' || *at == '-')) ++at;
    } else if (*at == '.') {
      ++at;
    } else {
      return at;
    }
  }
}

void skip_line(Cursor& cursor) {
  for (;;) {
    switch (class_of(*cursor.at)) {
      case CharacterClass::newline:
        return;
      case CharacterClass::zero:
        if (cursor.at >= cursor.end) return;
        throw Unsure{"a zero byte"};
      case CharacterClass::backslash: {
        const char* before = cursor.at;
        skip_splices(cursor);
        if (cursor.at == before) ++cursor.at;
        break;
      }
      case CharacterClass::slash: {
        const int comment = comment_at(cursor);
        if (comment == 1)
          skip_comment(cursor);
        else if (comment == 2)
          skip_line_comment(cursor);
        else
          ++cursor.at;
        break;
      }
      case CharacterClass::quote: {
        if (const char* behind = behind_quoted(cursor.at)) {
          cursor.at = behind;
          break;
        }
        // Not closed before a splice or at all; then it takes the rest of the line.
        const char quote = *cursor.at++;
        for (;;) {
          skip_splices(cursor);
          if (*cursor.at == '\n' || *cursor.at == '\0') break;
          const char c = *cursor.at++;
          if (c == quote) break;
          if (c == '\\') {
            skip_splices(cursor);
            if (*cursor.at != '\n' && *cursor.at != '\0') ++cursor.at;
          }
        }
        break;
      }
      default:
        ++cursor.at;
    }
  }
}

Token Lexer::spell(Cursor& cursor, Token token, const char* end) const {
  token.size = static_cast<std::uint32_t>(end - cursor.at);
  if (token.kind == Kind::name)
    token.name = names_.intern(cursor.at, token.size);
  else
    token.text = cursor.at;
  cursor.at = end;
  return token;
}

namespace {

/// Text without its splices, and where each character of it is from.
struct SplicedText {
  std::string text;
  std::vector<std::pair<const char*, std::uint32_t>> origins;

  /// Takes the character at `cursor`; false at the end of the line.
  bool take(Cursor& cursor) {
    skip_splices(cursor);
    origins.emplace_back(cursor.at, cursor.line);
    if (*cursor.at == '\n' || *cursor.at == '\0') return false;
    text += *cursor.at++;
    if (text.size() > longest_spliced_token) throw Unsure{"a token across lines that is too long"};
    return true;
  }
};

/// The token at the cursor and perhaps a little more.
SplicedText without_splices(Cursor cursor) {
  constexpr std::size_t longest_word = 4096;
  SplicedText copy;
  while (copy.take(cursor)) {
    const char c = copy.text.back();
    if (class_of(c) == CharacterClass::quote) {
      // Behind a word that is no prefix, it opens another token.
      if (copy.text.size() <= 3)
        while (copy.take(cursor) && copy.text.back() != c)
          if (copy.text.back() == '\\' && !copy.take(cursor)) return copy;
      break;
    }
    if (class_of(c) == CharacterClass::blank) break;
    if (copy.text.size() > longest_word) throw Unsure{"a token across lines that is too long"};
  }
  if (copy.origins.size() == copy.text.size()) {
    skip_splices(cursor);
    copy.origins.emplace_back(cursor.at, cursor.line);
  }
  return copy;
}

}  // namespace

/// Reads the token at the cursor from a copy of it without splices.
Token Lexer::spliced(Cursor& cursor, Token token, Arena& arena) const {
  SplicedText copy = without_splices(cursor);
  const std::size_t size = copy.text.size();
  copy.text += '\n';
  copy.text.append(16, '\0');
  const std::string_view text = arena.copy(copy.text);
  Cursor inner{text.data(), text.data() + size, cursor.line};
  Token result = next(inner, true, arena);
  result.flags = token.flags;
  result.line = token.line;
  const auto used = static_cast<std::size_t>(inner.at - text.data());
  if (used >= copy.origins.size()) throw Unsure{"a backslash at the end of the file"};
  std::tie(cursor.at, cursor.line) = copy.origins[used];
  return result;
}

Token Lexer::next(Cursor& cursor, bool in_line, Arena& arena) const {
  Token token;
  const std::uint32_t first_line = cursor.line;
  if (skip_white(cursor, !in_line)) token.flags = Token::white;
  if (cursor.line != first_line && !in_line) token.flags |= Token::line_start;
  token.line = cursor.line;
  const char* at = cursor.at;
  switch (class_of(*at)) {
    case CharacterClass::zero:
      if (at < cursor.end) throw Unsure{"a zero byte"};
      return token;
    case CharacterClass::newline:
      return token;
    case CharacterClass::letter: {
      const char* end = at + 1;
      while (is_name_character(*end)) ++end;
      if (goes_on(end, false)) return spliced(cursor, token, arena);
      if (class_of(*end) == CharacterClass::beyond || (*end == '\\' && !behind_splice(end)))
        throw Unsure{"a character of an identifier beyond ASCII"};
      if (class_of(*end) == CharacterClass::quote &&
          is_string_prefix({at, static_cast<std::size_t>(end - at)}, options_)) {
        const char* behind = behind_quoted(end);
        if (!behind) {
          Cursor probe{at, cursor.end, cursor.line};
          skip_line(probe);
          if (probe.line == cursor.line) throw Unsure{"a quote that does not close"};
          return spliced(cursor, token, arena);
        }
        token.kind = *end == '"' ? Kind::string : Kind::character;
        return spell(cursor, token, behind);
      }
      token.kind = Kind::name;
      return spell(cursor, token, end);
    }
    case CharacterClass::dot:
      if (punctuator_goes_on(at, 1)) return spliced(cursor, token, arena);
      if (!is_digit(at[1])) break;
      [[fallthrough]];
    case CharacterClass::digit: {
      const char* end = behind_number(at);
      if (goes_on(end, true)) return spliced(cursor, token, arena);
      if (class_of(*end) == CharacterClass::beyond || (*end == '\\' && !behind_splice(end)))
        throw Unsure{"a character of a number beyond ASCII"};
      // A digit separator is part of a number or not, as the language has it.
      if (*end == '\'' && is_name_character(end[1])) throw Unsure{"a quote within a number"};
      token.kind = Kind::number;
      return spell(cursor, token, end);
    }
    case CharacterClass::quote: {
      const char* behind = behind_quoted(at);
      if (!behind) {
        Cursor probe{at, cursor.end, cursor.line};
        skip_line(probe);
        if (probe.line == cursor.line) throw Unsure{"a quote that does not close"};
        return spliced(cursor, token, arena);
      }
      token.kind = *at == '"' ? Kind::string : Kind::character;
      return spell(cursor, token, behind);
    }
    case CharacterClass::beyond:
      throw Unsure{"a character beyond ASCII"};
    case CharacterClass::backslash:
      if (at[1] == 'u' || at[1] == 'U') throw Unsure{"a universal character name"};
      token.kind = Kind::other;
      return spell(cursor, token, at + 1);
    default:
      break;
  }
  const std::size_t size = punctuator_size(at);
  if (punctuator_goes_on(at, size)) return spliced(cursor, token, arena);
  token.kind = size == 0 ? Kind::other : Kind::punctuator;
  if (size == 0 && static_cast<unsigned char>(*at) < 0x20) throw Unsure{"a control character"};
  return spell(cursor, token, at + (size == 0 ? 1 : size));
}

Token Lexer::single(const char* text, std::size_t size, Arena& arena) const {
  if (*text == '/' && size > 1 && (text[1] == '/' || text[1] == '*')) return {};
  Cursor cursor{text, text + size, 1};
  const Token token = next(cursor, true, arena);
  return cursor.at == text + size ? token : Token{};
}

}  // namespace kbx::cpp::detail
