#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "kbx/base/arena.h"
#include "kbx/cpp/names.h"
#include "kbx/cpp/token.h"

namespace kbx::cpp::detail {

/// A place in a text. The text ends with a newline, with at least 16 zero bytes behind `end`.
struct Cursor {
  const char* at = nullptr;
  const char* end = nullptr;
  std::uint32_t line = 1;
};

enum class CharacterClass : std::uint8_t {
  plain,  ///< punctuation that stands for itself
  blank,
  newline,
  letter,
  digit,
  quote,
  slash,
  dot,
  backslash,
  beyond,  ///< not ASCII
  zero,
};

extern const std::array<CharacterClass, 256> character_classes;

inline CharacterClass class_of(char c) {
  return character_classes[static_cast<unsigned char>(c)];
}
inline bool is_name_character(char c) {
  const CharacterClass kind = class_of(c);
  return kind == CharacterClass::letter || kind == CharacterClass::digit;
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What of C depends on the compiler's options.
struct LanguageOptions {
  bool has_unicode_literals = true;  ///< u"", U"", u8"" are one token
};

/// Behind the backslash-newline at `at`, over blanks between the two; null if there is none.
const char* behind_splice(const char* at);
/// Goes over splices at the cursor.
void skip_splices(Cursor& cursor);
/// Goes over blanks, comments and splices, over newlines too if `lines`. True if there was any.
bool skip_white(Cursor& cursor, bool lines);
/// With the cursor at "/*": behind the comment.
void skip_comment(Cursor& cursor);
/// To the newline that ends the logical line, over comments and quoted text.
void skip_line(Cursor& cursor);
/// Behind the quoted text that opens at `at` within its line; null if it does not close there or
/// has a splice in it.
const char* behind_quoted(const char* at);
/// Behind the preprocessing number at `at`, as far as no splice is in it.
const char* behind_number(const char* at);

/// Reads single tokens. What has splices in it is copied to the arena without them.
class Lexer {
 public:
  Lexer(NameTable& names, const LanguageOptions& options) : names_(names), options_(options) {}

  /// The next token. At the end of the text, and with `in_line` at the end of the line (which is
  /// not taken), that is Kind::end.
  Token next(Cursor& cursor, bool in_line, Arena& arena) const;
  /// The one token that `text` is, or Kind::end if it is none or several. The text has to be
  /// followed by a newline and 16 zero bytes.
  Token single(const char* text, std::size_t size, Arena& arena) const;

 private:
  Token spliced(Cursor& cursor, Token token, Arena& arena) const;
  Token spell(Cursor& cursor, Token token, const char* end) const;

  NameTable& names_;
  const LanguageOptions& options_;
};

}  // namespace kbx::cpp::detail
