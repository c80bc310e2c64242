#include "kbx/link/script/lexer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/link/script/words.h"

/// The language has no fixed words: a state says which characters make a name, which words are
/// keywords and which characters are operators. The rules are those of GNU ld's lexer
/// (binutils 2.40 and later): of all that could start here the longest is taken, and a keyword
/// before a name of the same length. So `a-b` is a subtraction in an expression and one name among
/// input sections, and
/// `*=` is an operator while `*=x` is a wildcard.
namespace kbx::link::script {

namespace {

/// The script itself counts, as in GNU ld.
constexpr size_t most_open_files = 10;

bool has(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The length of the longest beginning of `text` whose digits are below `base`.
size_t count_digits(std::string_view text, int base) {
  size_t count = 0;
  while (count < text.size() && hex_digit(text[count]) >= 0 && hex_digit(text[count]) < base)
    ++count;
  return count;
}

/// The value of digits; like strtoull(3), more than 64 bits give the greatest value and the first
/// character that is no digit ends the number.
std::uint64_t value_of(std::string_view digits, unsigned base) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<unsigned>(hex_digit(c));
    if (digit >= base) break;
    if (value > (most - digit) / base) return most;
    value = value * base + digit;
  }
  return value;
}

struct Number {
  size_t length = 0;  // 0: none
  std::uint64_t value = 0;
  bool hexadecimal = false;  // written 0x…, without a factor
};

/// `0x12`, `$12`, `12` and `012`, each with K or M for the factor.
Number plain_number(std::string_view text) {
  size_t prefix = 0;
  unsigned base = 10;
  if (text.starts_with('$')) {
    prefix = 1;
    base = 16;
  } else if (text.starts_with("0x") || text.starts_with("0X")) {
    prefix = 2;
    base = 16;
  }
  size_t digits = count_digits(text.substr(prefix), static_cast<int>(base));
  if (digits == 0 && prefix == 2) {
    prefix = 0;
    base = 10;
    digits = 1;
  }
  if (digits == 0) return {};
  const std::string_view written = text.substr(prefix, digits);
  if (prefix == 0 && written.starts_with('0')) base = 8;
  Number result{prefix + digits, value_of(written, base), prefix == 2};
  if (result.length < text.size()) {
    const char factor = text[result.length];
    if (factor == 'K' || factor == 'k' || factor == 'M' || factor == 'm') {
      result.value *= factor == 'K' || factor == 'k' ? 1024U : 1024U * 1024U;
      result.hexadecimal = false;
      ++result.length;
    }
  }
  return result;
}

/// `12h`, `12x`, `17o`, `101b`, `19d`. GNU ld 2.40 takes any hexadecimal digits before o, b and d;
/// later ones, and this, only what the base has, so that `bad` is a symbol.
Number suffixed_number(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, int>, 4> bases{
      {{"HhXx", 16}, {"Oo", 8}, {"Bb", 2}, {"Dd", 10}}};
  Number best;
  for (const auto& [suffixes, base] : bases) {
    size_t digits = count_digits(text, base);
    if (digits == 0 || digits >= text.size() || !has(suffixes, text[digits])) continue;
    if (digits + 1 > best.length)
      best = {digits + 1, value_of(text.substr(0, digits), static_cast<unsigned>(base)), false};
  }
  return best;
}

Number number_at(std::string_view text, Mode mode) {
  if (mode != Mode::script && mode != Mode::expression) return {};
  Number number = plain_number(text);
  if (mode == Mode::expression) {
    if (const Number other = suffixed_number(text); other.length > number.length) number = other;
  }
  return number;
}

bool is_name_start(char c, Mode mode) {
  switch (mode) {
    case Mode::expression:
      return is_letter(c) || has("_.\\$", c);
    case Mode::wild:
      return is_letter(c) || is_digit(c) || has("_/.\\$~-+:[],=?*^!", c);
    default:
      return is_letter(c) || has("_/.\\$~", c);
  }
}

bool is_name_part(char c, Mode mode) {
  if (is_letter(c) || is_digit(c)) return true;
  switch (mode) {
    case Mode::expression:
      return has("_/.\\$~", c);
    case Mode::wild:
      return has("_/.\\$~-+:[],=?*^!", c);
    default:
      return has("_/.\\$~-+:[],=", c);
  }
}

size_t name_length(std::string_view text, Mode mode) {
  if (mode == Mode::expression && text.starts_with("/DISCARD/")) return 9;
  size_t start = 0;
  if (mode == Mode::input_list && text.starts_with('=')) start = 1;
  if (start >= text.size() || !is_name_start(text[start], mode)) return 0;
  size_t length = start + 1;
  while (length < text.size() && is_name_part(text[length], mode)) ++length;
  return length;
}

}  // namespace

std::string Token::description() const {
  switch (kind) {
    case Kind::end:
      return "the end of the file";
    case Kind::number:
      return text.empty() ? fmt::format("the number {}", number) : "the number " + text;
    case Kind::library:
      return "`-l" + text + "'";
    default:
      return quoted ? '"' + text + '"' : '`' + text + '\'';
  }
}

Lexer::Lexer(std::string text, const std::string& file, Warn warn) : warn_(std::move(warn)) {
  sources_.push_back({std::move(text), {0, {std::make_shared<const std::string>(file), 1}}, 0});
}

const Token& Lexer::peek(Mode mode) {
  if (mode_ && (pinned_ || *mode_ == mode)) return token_;
  if (mode_) sources_.back().at = before_;
  read(mode);
  mode_ = mode;
  return token_;
}

Token Lexer::take(Mode mode) {
  peek(mode);
  mode_.reset();
  pinned_ = false;
  return std::move(token_);
}

void Lexer::enter(std::string text, const std::string& file, const Place& from) {
  if (sources_.size() >= most_open_files)
    throw Error(from.location(), fmt::format("{}: files are included too deeply", file),
                "a file may be included from a file, and so on, up to nine times");
  if (mode_) reset(before_);
  sources_.push_back({std::move(text), {0, {std::make_shared<const std::string>(file), 1}}, 0});
}

void Lexer::leave() {
  sources_.pop_back();
  mode_.reset();
  pinned_ = false;
}

Lexer::Mark Lexer::mark() const {
  return mode_ ? before_ : sources_.back().at;
}

void Lexer::reset(const Mark& mark) {
  sources_.back().at = mark;
  mode_.reset();
  pinned_ = false;
}

void Lexer::advance(size_t length) {
  Source& source = sources_.back();
  for (size_t i = 0; i < length; ++i)
    if (source.text[source.at.offset + i] == '\n') ++source.at.place.line;
  source.at.offset += length;
}

void Lexer::set(Token::Kind kind, std::string text, size_t length) {
  token_.kind = kind;
  token_.text = std::move(text);
  advance(length);
}

/// `# LINE "FILE"`, perhaps with flags behind it, and the `#line` of C: where the line below it is
/// from.
void Lexer::follow_line_marker(std::string_view comment) {
  constexpr size_t most_digits = 9;
  comment.remove_prefix(1);
  if (comment.starts_with("line")) comment.remove_prefix(4);
  const size_t quote = comment.find('"');
  if (quote == std::string_view::npos || !comment.starts_with(' ')) return;
  const size_t end = comment.find('"', quote + 1);
  const std::string_view digits = trim(comment.substr(0, quote));
  const auto line = parse_number(digits);
  if (end == std::string_view::npos || !line || digits.size() > most_digits) return;
  Place& place = sources_.back().at.place;
  const std::string_view file = comment.substr(quote + 1, end - quote - 1);
  if (*place.file != file) place.file = std::make_shared<const std::string>(file);
  place.line = static_cast<int>(*line) - 1;  // the end of this line counts
}

bool Lexer::skip_comment(Mode mode) {
  Source& source = sources_.back();
  const std::string_view rest = std::string_view(source.text).substr(source.at.offset);
  if (rest.starts_with("/*")) {
    const size_t end = rest.find("*/", 2);
    if (end == std::string_view::npos)
      throw Error(place().location(), "a comment that starts here has no end",
                  "end it with */ before the end of the file");
    advance(end + 2);
    return true;
  }
  if (rest.starts_with('#') && mode != Mode::input_list) {
    const std::string_view comment = rest.substr(0, rest.find('\n'));
    const size_t start = source.at.offset;
    if (start == 0 || source.text[start - 1] == '\n') follow_line_marker(comment);
    advance(comment.size());
    return true;
  }
  return false;
}

bool Lexer::skip_blank(Mode mode) {
  const Source& source = sources_.back();
  if (source.at.offset >= source.text.size()) return false;
  if (has(" \t\r\n", source.text[source.at.offset])) {
    advance(1);
    return true;
  }
  return skip_comment(mode);
}

void Lexer::skip_blanks(Mode mode) {
  while (skip_blank(mode)) {
  }
}

void Lexer::ignore_character(Mode mode) {
  Source& source = sources_.back();
  const char c = source.text[source.at.offset];
  if (warn_ && source.at.offset >= source.warned_to) {
    const bool printable = c >= ' ' && c <= '~';
    warn_(place().location(),
          fmt::format("ignoring invalid character `{}' in {}",
                      printable ? std::string(1, c)
                                : fmt::format("\\{:03o}", static_cast<unsigned char>(c)),
                      mode == Mode::expression ? "expression" : "script"));
  }
  advance(1);
  source.warned_to = std::max(source.warned_to, source.at.offset);
}

bool Lexer::read_string(Mode mode) {
  if (mode == Mode::version || mode == Mode::version_start) return false;
  const Source& source = sources_.back();
  const std::string_view rest = std::string_view(source.text).substr(source.at.offset);
  if (!rest.starts_with('"')) return false;
  const size_t end = rest.find('"', 1);
  if (end == std::string_view::npos)
    throw Error(place().location(), "a string that starts here has no end", "end it with \"");
  token_.quoted = true;
  set(Token::Kind::name, std::string(rest.substr(1, end - 1)), end + 1);
  return true;
}

bool Lexer::read_version_token(Mode mode) {
  const Source& source = sources_.back();
  const std::string_view rest = std::string_view(source.text).substr(source.at.offset);
  const std::string_view punctuation = mode == Mode::version_start ? "{" : "{}:;,";
  if (has(punctuation, rest[0])) {
    set(Token::Kind::punctuation, std::string(1, rest[0]), 1);
    return true;
  }
  if (mode == Mode::version_start) return false;
  const bool in_node = mode == Mode::version_node;
  const std::string_view start = in_node ? "*?.$_[]-!^\\" : ".$_";
  const std::string_view part = in_node ? "*?.$_[]-!^\\" : "._";
  if (!is_letter(rest[0]) && !has(start, rest[0])) return false;
  size_t length = 1;
  while (length < rest.size()) {
    if (is_letter(rest[length]) || is_digit(rest[length]) || has(part, rest[length])) {
      ++length;
    } else if (in_node && rest.substr(length).starts_with("::")) {
      length += 2;
    } else {
      break;
    }
  }
  const std::string_view text = rest.substr(0, length);
  const bool keyword = in_node && (text == "global" || text == "local" || text == "extern");
  set(keyword ? Token::Kind::keyword : Token::Kind::name, std::string(text), length);
  return true;
}

bool Lexer::read_word(Mode mode) {
  const Source& source = sources_.back();
  const std::string_view rest = std::string_view(source.text).substr(source.at.offset);
  if (mode == Mode::input_list && rest.starts_with("-l")) {
    size_t length = 2;
    while (length < rest.size() && is_name_part(rest[length], mode)) ++length;
    if (length > 2) {
      set(Token::Kind::library, std::string(rest.substr(2, length - 2)), length);
      return true;
    }
  }
  const Number number = number_at(rest, mode);
  const size_t name = name_length(rest, mode);
  const size_t punctuation = punctuation_length(rest, mode);
  if (number.length != 0 && number.length >= name) {
    token_.number = number.value;
    set(Token::Kind::number,
        number.hexadecimal ? std::string(rest.substr(0, number.length)) : std::string(),
        number.length);
    return true;
  }
  if (punctuation != 0 && punctuation >= name) {
    set(Token::Kind::punctuation, std::string(rest.substr(0, punctuation)), punctuation);
    return true;
  }
  if (name == 0) return false;
  const std::string_view text = rest.substr(0, name);
  set(is_keyword(text, mode) ? Token::Kind::keyword : Token::Kind::name, std::string(text), name);
  return true;
}

void Lexer::read(Mode mode) {
  token_ = {};
  skip_blanks(mode);
  before_ = sources_.back().at;
  for (;;) {
    token_.place = place();
    const Source& source = sources_.back();
    if (source.at.offset >= source.text.size()) return;
    const bool version =
        mode == Mode::version || mode == Mode::version_start || mode == Mode::version_node;
    if (read_string(mode)) return;
    if (version ? read_version_token(mode) : read_word(mode)) return;
    ignore_character(mode);
    skip_blanks(mode);
    before_ = sources_.back().at;
  }
}

}  // namespace kbx::link::script
