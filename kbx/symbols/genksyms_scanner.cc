#include "kbx/symbols/genksyms_scanner.h"

#include <array>
#include <charconv>

#include "kbx/base/text.h"

// The tokens of scripts/genksyms/lex.l, which are almost those of C: an integer takes one letter u
// and one letter l (the second l of "1ULL" is a token of its own), "!=", "++" and "##" are two
// tokens, and a quote that is not closed is a token. Line markers ("# 12 "file.h"") tell where the
// text is from; other lines that start with '#' are skipped. A zero byte ends the text. The input
// is not terminated: every look ahead goes through `peek`.

namespace kbx::symbols::genksyms_detail {
namespace {

enum Class : std::uint8_t { other, blank, line_end, digit, letter, quote, zero };

constexpr std::array<Class, 256> make_classes() {
  std::array<Class, 256> classes{};
  for (const char c : std::string_view(" \t\f\v\r")) classes[static_cast<unsigned char>(c)] = blank;
  for (unsigned char c = '0'; c <= '9'; ++c) classes[c] = digit;
  for (unsigned char c = 'a'; c <= 'z'; ++c) classes[c] = letter;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) classes[c] = letter;
  classes['_'] = classes['$'] = letter;
  classes['\n'] = line_end;
  classes['"'] = classes['\''] = quote;
  classes[0] = zero;
  return classes;
}
constexpr std::array<Class, 256> classes = make_classes();

/// The characters at which a skipped body or initializer has to be looked at.
constexpr std::array<bool, 256> make_stops() {
  std::array<bool, 256> stops{};
  for (const char c : std::string_view("{}()[],;\"'\n"))
    stops[static_cast<unsigned char>(c)] = true;
  stops[0] = true;
  return stops;
}
constexpr std::array<bool, 256> stops = make_stops();

constexpr Class class_of(char c) {
  return classes[static_cast<unsigned char>(c)];
}
constexpr bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_name(char c) {
  return class_of(c) == letter || class_of(c) == digit;
}
constexpr bool is_margin(char c) {
  return c == ' ' || c == '\t';
}

/// Characters from a place to the end of the text; beyond that, zero bytes.
struct Ahead {
  const char* end;
  char peek(const char* at) const { return at < end ? *at : '\0'; }

  template <typename Predicate>
  const char* skip(const char* at, Predicate predicate) const {
    while (at < end && predicate(*at)) ++at;
    return at;
  }

  const char* integer(const char* at) const {
    if (*at == '0' && (peek(at + 1) | 0x20) == 'x' && is_hex(peek(at + 2)))
      at = skip(at + 2, is_hex);
    else
      at = *at == '0' ? skip(at, is_octal) : skip(at, is_digit);
    const char suffix = static_cast<char>(peek(at) | 0x20);
    if (suffix != 'u' && suffix != 'l') return at;
    const char second = static_cast<char>(peek(at + 1) | 0x20);
    return at + (second != suffix && (second == 'u' || second == 'l') ? 2 : 1);
  }

  /// Behind the exponent that starts at `at`, or `at`.
  const char* exponent(const char* at) const {
    if ((peek(at) | 0x20) != 'e') return at;
    const char* digits = at + (peek(at + 1) == '+' || peek(at + 1) == '-' ? 2 : 1);
    return is_digit(peek(digits)) ? skip(digits, is_digit) : at;
  }

  /// Behind the floating number that starts at `at`, or `at`.
  const char* real(const char* at) const {
    const char* behind = skip(at, is_digit);
    const bool has_digits = behind != at;
    const bool has_point = peek(behind) == '.' && (has_digits || is_digit(peek(behind + 1)));
    if (!has_point && !has_digits) return at;
    if (has_point) behind = skip(behind + 1, is_digit);
    const char* with_exponent = exponent(behind);
    if (!has_point && with_exponent == behind) return at;
    const char suffix = static_cast<char>(peek(with_exponent) | 0x20);
    return with_exponent + (suffix == 'f' || suffix == 'l' ? 1 : 0);
  }

  /// Behind the string or character that starts at the quote `open`, or null if it is not closed.
  const char* quoted(const char* open) const {
    for (const char* at = open + 1; at < end; ++at) {
      if (*at == *open) return at + 1;
      if (*at == '\\' && (++at == end || *at == '\n')) return nullptr;
    }
    return nullptr;
  }
};

/// True for the vector types of Arm's compilers: u?int(8|16|32|64)x(1|2|4|8|16)_t.
bool is_vector_type(std::string_view text) {
  const auto take = [&text](std::string_view part) {
    if (!text.starts_with(part)) return false;
    text.remove_prefix(part.size());
    return true;
  };
  take("u");
  return take("int") && (take("8x") || take("16x") || take("32x") || take("64x")) &&
         (text == "1_t" || text == "2_t" || text == "4_t" || text == "8_t" || text == "16_t");
}

std::uint32_t line_number(const char* at, const char* end) {
  std::uint64_t line = 0;
  std::from_chars(at, end, line);
  return static_cast<std::uint32_t>(line);
}

}  // namespace

Scanner::Scanner(std::string_view text, bool knows_vector_types, Position& position)
    : at_(text.data()),
      end_(text.data() + text.size()),
      knows_vector_types_(knows_vector_types),
      position_(position) {
  read_directives();
}

/// Takes in the line marker at `at_`. Gives the place behind its quotes, or null if it is another
/// line.
const char* Scanner::read_marker(const char* end) {
  const Ahead ahead{end};
  const char* number = ahead.skip(at_ + 1, is_margin);
  if (number == at_ + 1 || !is_digit(ahead.peek(number))) return nullptr;
  const char* margin = ahead.integer(number);
  const char* open = ahead.skip(margin, is_margin);
  if (open == margin || ahead.peek(open) != '"') return nullptr;
  const char* close = ahead.skip(open + 1, [](char c) { return c != '"'; });
  if (close == end || close == open + 1) return nullptr;
  position_.file = {open + 1, static_cast<std::size_t>(close - open - 1)};
  position_.line = line_number(number, margin);
  if (main_file_.empty()) main_file_ = position_.file;
  in_main_file_ = position_.file == main_file_;
  return close + 1;
}

/// Takes in the lines at `at_`, a start of line, that start with '#'.
void Scanner::read_directives() {
  while (at_ < end_ && *at_ == '#') {
    const char* line_end = Ahead{end_}.skip(at_, [](char c) { return c != '\n'; });
    if (line_end == end_) return;
    if (!read_marker(line_end)) ++position_.line;
    at_ = line_end + 1;
  }
}

void Scanner::newline() {
  ++position_.line;
  ++at_;
  read_directives();
}

RawToken Scanner::take(Token kind, const char* end) {
  const RawToken token{kind, {at_, static_cast<std::size_t>(end - at_)}};
  at_ = end;
  return token;
}

RawToken Scanner::next() {
  if (parenthesis_first_) {
    parenthesis_first_ = false;
    return {Token::open_parenthesis, "("};
  }
  while (at_ < end_) {
    switch (class_of(*at_)) {
      case blank:
        at_ = Ahead{end_}.skip(at_ + 1, [](char c) { return c == ' '; });
        break;
      case line_end:
        newline();
        break;
      case letter:
        return identifier();
      case digit:
        return number();
      case quote:
        return quoted(at_, *at_ == '"' ? Token::string : Token::character);
      case zero:
        return {};
      case other:
        return punctuation();
    }
  }
  return {};
}

RawToken Scanner::identifier() {
  const char second = Ahead{end_}.peek(at_ + 1);
  if (*at_ == 'L' && (second == '"' || second == '\'')) {
    const RawToken token = quoted(at_ + 1, second == '"' ? Token::string : Token::character);
    if (token.kind != Token::unexpected) return token;
  }
  RawToken token = take(Token::identifier, Ahead{end_}.skip(at_, is_name));
  if (knows_vector_types_ && token.text.ends_with("_t") && is_vector_type(token.text))
    token.kind = Token::basic_type_keyword;
  return token;
}

RawToken Scanner::number() {
  const Ahead ahead{end_};
  const char* integer = ahead.integer(at_);
  const char* real = ahead.real(at_);
  return real > integer ? take(Token::real, real) : take(Token::integer, integer);
}

/// A string or character with its quote at `open`; `unexpected` if it is not closed.
RawToken Scanner::quoted(const char* open, Token kind) {
  const char* behind = Ahead{end_}.quoted(open);
  return behind ? take(kind, behind) : take(Token::unexpected, open == at_ ? at_ + 1 : at_);
}

RawToken Scanner::punctuation() {
  const char first = *at_;
  const char second = Ahead{end_}.peek(at_ + 1);
  switch (first) {
    case '(':
      return take(Token::open_parenthesis, at_ + 1);
    case ')':
      return take(Token::close_parenthesis, at_ + 1);
    case '{':
      return take(Token::open_brace, at_ + 1);
    case '}':
      return take(Token::close_brace, at_ + 1);
    case ',':
      return take(Token::comma, at_ + 1);
    case ';':
      return take(Token::semicolon, at_ + 1);
    case ':':
      return take(Token::colon, at_ + 1);
    case '.':
      if (second == '.' && Ahead{end_}.peek(at_ + 2) == '.') return take(Token::dots, at_ + 3);
      if (is_digit(second)) return take(Token::real, Ahead{end_}.real(at_));
      return take(Token::unexpected, at_ + 1);
    case '~':
    case '%':
    case '^':
    case '&':
    case '*':
    case '+':
    case '=':
    case '|':
    case '<':
    case '>':
    case '/':
    case '-': {
      const bool doubles = first == '&' || first == '|' || first == '<' || first == '>';
      const bool is_pair =
          second == '=' || (doubles && second == first) || (first == '-' && second == '>');
      if (is_pair) return take(Token::other, at_ + 2);
      return take(first == '*'   ? Token::star
                  : first == '=' ? Token::equals
                                 : Token::unexpected,
                  at_ + 1);
    }
    default:
      return take(Token::unexpected, at_ + 1);
  }
}

/// Goes on to the next character of `stops`, and over it if it is a quote or newline. False at the
/// end of the text.
bool Scanner::skip_other() {
  for (;;) {
    at_ = Ahead{end_}.skip(at_, [](char c) { return !stops[static_cast<unsigned char>(c)]; });
    if (at_ == end_ || *at_ == '\0') return false;
    if (*at_ == '\n') {
      newline();
    } else if (*at_ == '"' || *at_ == '\'') {
      const char* behind = Ahead{end_}.quoted(at_);
      at_ = behind ? behind : at_ + 1;
    } else {
      return true;
    }
  }
}

bool Scanner::skip_braces() {
  for (int depth = 1; skip_other(); ++at_) {
    if (*at_ == '{') ++depth;
    if (*at_ == '}' && --depth == 0) {
      ++at_;
      return true;
    }
  }
  return false;
}

bool Scanner::skip_expression() {
  for (int depth = 0; skip_other(); ++at_) {
    const char c = *at_;
    if (depth == 0 && (c == ',' || c == ';' || c == '}')) return true;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
  }
  return false;
}

}  // namespace kbx::symbols::genksyms_detail
