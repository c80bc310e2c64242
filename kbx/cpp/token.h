#pragma once
#include <cstdint>
#include <string_view>

#include "kbx/base/error.h"

namespace kbx::cpp::detail {

struct Name;

enum class Kind : std::uint8_t {
  end,        ///< of a directive's line, of an argument, of a file
  name,       ///< an identifier; `name` is set
  number,     ///< a preprocessing number
  string,     ///< with its prefix and quotes
  character,  ///< the same for a character constant
  punctuator,
  other,      ///< a character that begins no other token
  padding,    ///< no token: tells where white space may stand
  parameter,  ///< in the body of a macro; `parameter` is its place
  pragma,     ///< what _Pragma asks for; `text` is the line behind "#pragma"
};

/// One preprocessing token, or padding. Small, and copied freely.
struct Token {
  enum Flag : std::uint8_t {
    white = 1,        ///< white space stands before it
    paste_left = 2,   ///< ## stands behind it
    no_expand = 4,    ///< a name that was met within its own expansion: never a macro again
    stringify = 8,    ///< # stands before this parameter
    line_start = 16,  ///< first of its line
    has_source = 32,  ///< of padding: `white` is that of the token it stands for
  };

  Kind kind = Kind::end;
  std::uint8_t flags = 0;
  std::uint16_t parameter = 0;
  std::uint32_t size = 0;
  std::uint32_t line = 0;  ///< where it is written; 0 in the body of a macro
  union {
    const char* text = nullptr;
    Name* name;
  };

  bool has(Flag flag) const { return (flags & flag) != 0; }
  bool is(char c) const { return kind == Kind::punctuator && size == 1 && *text == c; }
};

/// Thrown within the preprocessor, and caught by it, where it does not know for certain what the
/// compiler does. It unwinds a deep recursion; callers of preprocess() see a value.
struct Unsure {
  std::string reason;
};

}  // namespace kbx::cpp::detail
